import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

interface MessageProps {
  readonly kind?: 'note' | 'warn' | 'danger'
  readonly title?: ReactNode
  readonly children?: ReactNode
  /** A button, at the end. */
  readonly action?: ReactNode
}

/** A strip for a thing on the page. Warnings and dangers are said by screen readers as they appear. */
export const Message = ({ kind = 'note', title, children, action }: MessageProps) => (
  <div className={kind === 'note' ? 'note' : `note ${kind}`} role={kind === 'note' ? undefined : 'status'}>
    <Icon of={kind === 'note' ? IconInfoCircle : IconAlertTriangle} />
    <div>
      {title !== undefined && <p className="strong">{title}</p>}
      {children !== undefined && <div className="t2">{children}</div>}
    </div>
    {action !== undefined && <span className="note-acts">{action}</span>}
  </div>
)
