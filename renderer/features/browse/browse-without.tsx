import { IconRefresh } from '@tabler/icons-react'
import type { AppError } from '../../../shared/errors.ts'
import type { Connection } from '../../../shared/model/connection.ts'
import { goTo } from '../../state/navigation.ts'
import { browseText as text } from '../../text/browse.ts'
import { shortErrorOf } from '../../text/error-view.ts'
import { formatAge } from '../../text/units.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Message } from '../../ui/message.tsx'

interface ListFailedProps {
  readonly error: AppError
  readonly connection?: Connection
  readonly onRefresh: () => void
}

/** The store can't be listed, and no list was kept. */
export const ListFailed = ({ error, connection, onRefresh }: ListFailedProps) => (
  <div className="error-page">
    <ErrorPanel
      error={error}
      context={connection?.name}
      title={text.failed}
      actions={
        <>
          <Button variant="primary" icon={IconRefresh} onClick={onRefresh}>
            {text.tryAgain}
          </Button>
          {connection?.origin === 'person' && (
            <Button onClick={() => goTo({ page: 'settings', section: 'connections', item: connection.id })}>
              {text.openConnection}
            </Button>
          )}
        </>
      }
    />
  </div>
)

interface StaleStripProps extends Pick<ListFailedProps, 'error' | 'onRefresh'> {
  readonly refreshedAt?: string
  readonly now: number
}

/** The list that was kept is shown, with its age. */
export const StaleStrip = ({ error, refreshedAt, now, onRefresh }: StaleStripProps) => (
  <div className="strip">
    <Message
      kind="warn"
      title={shortErrorOf(error)}
      action={
        <Button small onClick={onRefresh}>
          {text.tryAgain}
        </Button>
      }
    >
      {text.stale(refreshedAt === undefined ? undefined : formatAge(refreshedAt, now))}
    </Message>
  </div>
)

export const NothingFound = ({ query, onClear }: { readonly query: string; readonly onClear: () => void }) => (
  <EmptyState
    title={query === '' ? text.nothing.filters : text.nothing.text(query)}
    action={<Button onClick={onClear}>{text.nothing.showAll}</Button>}
  >
    {text.nothing.searched}
  </EmptyState>
)

export const EmptyStore = () => (
  <EmptyState
    title={text.empty.title}
    action={
      <Button variant="primary" onClick={() => goTo({ page: 'publish' })}>
        {text.empty.action}
      </Button>
    }
  >
    {text.empty.text}
  </EmptyState>
)
