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
import type { BrowseFilter } from './rows.ts'

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

interface NothingFoundProps {
  readonly query: string
  readonly filter: BrowseFilter
  readonly tag?: string
  readonly onClear: () => void
}

export function NothingFound({ query, filter, tag, onClear }: NothingFoundProps) {
  const isAlone = tag === undefined && (filter === 'installed' || filter === 'updates')
  const words =
    query === ''
      ? text.nothing[isAlone ? filter : 'filters']
      : { title: text.nothing.text(query), text: text.nothing.searched }
  return (
    <EmptyState title={words.title} action={<Button onClick={onClear}>{text.nothing.showAll}</Button>}>
      {words.text}
    </EmptyState>
  )
}

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
