import { IconAlertTriangle } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'
import { Icon } from './icon.tsx'

export interface FieldWiring {
  readonly id: string
  readonly error: boolean
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string
}

interface FieldProps {
  readonly label: string
  /** At the end of the label: where the value comes from, or that it is optional. */
  readonly caption?: ReactNode
  readonly help?: ReactNode
  /** What is wrong, in one sentence. */
  readonly problem?: ReactNode
  /** Under the problem: a button that mends it. */
  readonly fix?: ReactNode
  /** Gets what ties the control to its label and messages. */
  readonly children: (wiring: FieldWiring) => ReactNode
  readonly className?: string
  /** By which the search over settings finds it. */
  readonly setting?: string
  /** `data-publish-field`, by which the way leads here from elsewhere on the page. */
  readonly anchor?: string
}

/** A label, a control, and below it what is wrong and how to mend it; said by screen readers as it changes. */
export function Field({ label, caption, help, problem, fix, children, className, setting, anchor }: FieldProps) {
  const id = useId()
  const messageId = `${id}-message`
  const isWrong = problem !== undefined
  return (
    <div
      className={className === undefined ? 'field' : `field ${className}`}
      data-setting={setting}
      data-publish-field={anchor}
    >
      <div className="label">
        <label htmlFor={id}>{label}</label>
        {caption !== undefined && caption !== '' && <span className="opt">{caption}</span>}
      </div>
      {children({ id, error: isWrong, 'aria-invalid': isWrong, 'aria-describedby': messageId })}
      <div id={messageId} aria-live="polite">
        {isWrong ? (
          <div className="help bad">
            <Icon of={IconAlertTriangle} size={14} />
            <span>
              {problem}
              {fix !== undefined && <span className="help-fix">{fix}</span>}
            </span>
          </div>
        ) : (
          help !== undefined && <div className="help">{help}</div>
        )}
      </div>
    </div>
  )
}
