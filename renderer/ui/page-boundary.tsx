import { Component, type ReactNode } from 'react'
import { toAppError } from '../../shared/errors.ts'
import { uiText } from '../text/ui.ts'
import { Button } from './button.tsx'
import { ErrorPanel } from './error-panel.tsx'

const text = uiText.pageFailed

interface Props {
  /** Another key is another page: it gets a fresh start. */
  readonly pageKey: string
  readonly children: ReactNode
}
interface State {
  readonly failed?: { readonly error: unknown }
}

/** Keeps a fault of one page to that page: the sidebar goes on working. React asks for a class here. */
export class PageBoundary extends Component<Props, State> {
  override state: State = {}

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { failed: { error } }
  }

  override componentDidUpdate(before: Props): void {
    if (before.pageKey !== this.props.pageKey && this.state.failed !== undefined) this.setState({ failed: undefined })
  }

  override render(): ReactNode {
    const { failed } = this.state
    if (failed === undefined) return this.props.children
    return (
      <main className="page" aria-label={text.label} data-pane="page" tabIndex={-1}>
        <header className="topbar">
          <h1>{text.title}</h1>
        </header>
        <div className="error-page">
          <ErrorPanel
            error={toAppError(failed.error)}
            title={text.title}
            actions={
              <Button variant="primary" onClick={() => this.setState({ failed: undefined })}>
                {text.again}
              </Button>
            }
          />
        </div>
        <div id="menu-layer" />
      </main>
    )
  }
}
