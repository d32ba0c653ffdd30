import { useState } from 'react'
import type { TrashEntry } from '../../../shared/model/installed.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { formatDay, installedText as text } from '../../text/installed.ts'
import { formatExactTime } from '../../text/units.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'
import { useFocusHandover } from '../../ui/use-focus-handover.ts'
import { restore } from './installed-actions.ts'

interface TrashListProps {
  readonly entries: readonly TrashEntry[]
  readonly run: (work: () => Promise<unknown>) => void
}

const moreAtOnce = 50

/** What may still come back, newest first. */
export function TrashList({ entries, run }: TrashListProps) {
  const [shownCount, setShownCount] = useState(moreAtOnce)
  if (entries.length === 0) return null
  const newestFirst = entries.toSorted((a, b) => (a.removedAt < b.removedAt ? 1 : -1))
  return (
    <section>
      <SectionTitle>{text.trash.title}</SectionTitle>
      <ul className="trash-list">
        {newestFirst.slice(0, shownCount).map((entry) => (
          <TrashRow key={entry.id} entry={entry} run={run} />
        ))}
      </ul>
      {entries.length > shownCount && (
        <Button small variant="link" onClick={() => setShownCount(shownCount + moreAtOnce)}>
          {text.trash.more(entries.length - shownCount)}
        </Button>
      )}
    </section>
  )
}

function TrashRow({ entry, run }: Pick<TrashListProps, 'run'> & { readonly entry: TrashEntry }) {
  const row = useFocusHandover<HTMLLIElement>()
  const name = withVersion(entry.title, entry.ref.version)
  return (
    <li ref={row}>
      <span>
        <span className="line1" title={name}>
          {name}
        </span>
        <span className="line2 num" title={formatExactTime(entry.removedAt)}>
          {text.trash.removed(formatDay(entry.removedAt))}, <Size bytes={entry.diskBytes} />
        </span>
      </span>
      <Button small onClick={() => run(() => restore(entry))} aria-label={`${text.actions.restore} ${name}`}>
        {text.actions.restore}
      </Button>
    </li>
  )
}
