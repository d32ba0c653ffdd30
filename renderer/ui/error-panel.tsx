import { IconAlertCircle, IconArrowRight, IconShield } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { AppError } from '../../shared/errors.ts'
import { viewError } from '../text/error-view.ts'
import { uiText } from '../text/ui.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'

const words = uiText.error

interface ErrorPanelProps {
  readonly error: AppError
  /** What it was about: `Publish Call transcriber 1.4.0`. */
  readonly context?: string
  /** Said in large letters; the sentence of what happened when absent. */
  readonly title?: string
  /** One primary button that does what helps, and what else may be done. */
  readonly actions?: ReactNode
}

/** What happened, what is safe, what to do, in this order; the facts for support are folded and can be copied. */
export function ErrorPanel({ error, context, title, actions }: ErrorPanelProps) {
  const view = viewError(error)
  return (
    <section className="error-panel" role="alert">
      <div>
        {context !== undefined && <p className="small t3">{context}</p>}
        <h2>{title ?? words.title}</h2>
      </div>
      <ul className="three">
        <Row icon={IconAlertCircle} title={words.happened} text={view.happened} />
        <Row icon={IconShield} title={words.safe} text={view.safe} />
        {view.todo !== '' && <Row icon={IconArrowRight} title={words.todo} text={view.todo} />}
      </ul>
      {actions !== undefined && <div className="row">{actions}</div>}
      <details>
        <summary className="small t3">{words.details}</summary>
        <div className="support">
          <pre className="small t2 selectable">{view.support}</pre>
          <CopyButton text={view.support} label={words.copyDetails} />
        </div>
      </details>
    </section>
  )
}

const Row = ({ icon, title, text }: { icon: typeof IconShield; title: string; text: string }) => (
  <li>
    <Icon of={icon} size={20} className="t2" />
    <div>
      <h3>{title}</h3>
      <p className="t2 prose-break selectable">{text}</p>
    </div>
  </li>
)
