import { IconRefresh, IconSearch, IconX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { type Catalog, whyOld } from '../../state/packages.ts'
import { browseText as text } from '../../text/browse.ts'
import { formatAge, formatCount } from '../../text/units.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useBrowseView } from './browse-view.ts'

interface BrowseBarProps {
  /** What is typed into the search. */
  readonly text: string
  readonly packageCount: number
  readonly catalog: Catalog
  readonly now: number
  readonly onRefresh: () => void
  /** From the search on to the list. */
  readonly onLeave: () => void
}

/** Title, search, how old the list is, and the button that asks the store again. */
export function BrowseBar({ text: typed, packageCount, catalog, now, onRefresh, onLeave }: BrowseBarProps) {
  return (
    <>
      <h1>{text.title}</h1>
      <search className="search search-browse">
        <Icon of={IconSearch} />
        <input
          type="search"
          aria-label={text.search.label}
          placeholder={text.search.placeholder(packageCount > 1 ? formatCount(packageCount) : '')}
          value={typed}
          onChange={(event) => useBrowseView.setState({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && typed !== '') {
              event.preventDefault()
              useBrowseView.setState({ text: '' })
            } else if (event.key === 'ArrowDown' || event.key === 'Enter' || event.key === 'Escape') {
              event.preventDefault()
              onLeave()
            }
          }}
          spellCheck={false}
          autoComplete="off"
        />
        {typed === '' ? (
          <kbd>/</kbd>
        ) : (
          <IconButton icon={IconX} label={text.search.clear} onClick={() => useBrowseView.setState({ text: '' })} />
        )}
      </search>
      <span className="push" />
      <Age catalog={catalog} now={now} />
      <IconButton icon={IconRefresh} label={text.refresh} onClick={onRefresh} disabled={catalog.refreshing} />
    </>
  )
}

function Age({ catalog, now }: { readonly catalog: Catalog; readonly now: number }) {
  const { load, refreshedAt, refreshing } = catalog
  if (refreshing) return <span className="small t3 narrow-hide">{text.checking}</span>
  if (refreshedAt === undefined) return null
  const age = formatAge(refreshedAt, now)
  if (load.kind !== 'failed') return <span className="small t3 narrow-hide num">{text.upToDate(age)}</span>
  return <span className="small t2 num">{text[whyOld(load.error)](age)}</span>
}

/** A clock for the age of the list. */
export function useListClock(refreshedAt: string | undefined): number {
  const [now, setNow] = useState(() => Date.now())
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer is of now
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [refreshedAt])
  return now
}
