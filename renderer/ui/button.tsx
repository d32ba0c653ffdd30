import type { Icon as TablerIcon } from '@tabler/icons-react'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import { Icon } from './icon.tsx'

interface ButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'title'> {
  /** One primary a screen; soft for Update; quiet for tools. */
  readonly variant?: 'default' | 'primary' | 'soft' | 'quiet' | 'link'
  /** Red text; never together with `primary`. */
  readonly danger?: boolean
  readonly small?: boolean
  readonly wide?: boolean
  readonly icon?: TablerIcon
  /** The key that does the same. */
  readonly hint?: string
  readonly title?: string
  readonly children: ReactNode
}

const classOf = { default: '', primary: 'primary', soft: 'soft', quiet: 'ghost', link: 'link' } as const

export function Button({
  variant = 'default',
  danger = false,
  small = false,
  wide = false,
  icon,
  hint,
  children,
  className,
  ...rest
}: ButtonProps) {
  const classes = ['btn', classOf[variant], danger && 'danger', small && 'sm', wide && 'wide', className]
  return (
    <button type="button" className={classes.filter(Boolean).join(' ')} {...rest}>
      {icon && <Icon of={icon} size={small ? 14 : 16} />}
      {children}
      {hint && <kbd>{hint}</kbd>}
    </button>
  )
}

interface IconButtonProps extends ComponentPropsWithRef<'button'> {
  /** Said by screen readers, and shown on hover. */
  readonly label: string
  readonly icon: TablerIcon
}

export const IconButton = ({ label, icon, className, ...rest }: IconButtonProps) => (
  <button
    type="button"
    className={['icon-btn', className].filter(Boolean).join(' ')}
    aria-label={label}
    title={label}
    {...rest}
  >
    <Icon of={icon} />
  </button>
)
