import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import type { Standing } from '../../state/package-standing.ts'
import { useApps } from '../../state/settings.ts'
import { browseText } from '../../text/browse.ts'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { HoldLater } from '../../ui/later.tsx'
import { useAction } from '../../ui/use-action.ts'
import { VersionComparison } from './version-comparison.tsx'
import { VersionRow } from './version-row.tsx'

const { versions: text, columns } = browseText

interface VersionsTabProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
}

const mostApps = 3
/** px, as in the style of tables */
const rowHeight = 40

/** Every version: date, size, what it says of each app, whether it is here; any of them can be installed, and any two compared. */
export function VersionsTab({ connectionId, package: each, standing }: VersionsTabProps) {
  const apps = useApps()
  const action = useAction()
  const shownApps = useMemo(() => apps.slice(0, mostApps), [apps])
  const [chosen, setChosen] = useState<readonly string[]>([])
  const choose = useCallback(
    (version: string) =>
      setChosen((before) =>
        // Of three the one that was chosen first gives way.
        before.includes(version) ? before.filter((each) => each !== version) : [...before.slice(-1), version],
      ),
    [],
  )
  const { run: act } = action
  const run = useCallback((work: () => Promise<unknown>) => void act(work), [act])
  const scroller = useRef<HTMLElement>(null)
  // A package may have thousands of versions: those in view are drawn.
  const rows = useVirtualizer({
    count: each.versions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  })
  const drawn = rows.getVirtualItems()
  const compared = each.versions.filter(({ version }) => chosen.includes(version))
  const [later, earlier] = compared
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section ref={scroller} className="scroll grow versions" tabIndex={0} aria-label={text.label}>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      <table className="grid" aria-rowcount={each.versions.length + 1}>
        <thead>
          <tr>
            <th className="check-cell">
              <span className="hidden-label">{text.compare}</span>
            </th>
            <th>{columns.version}</th>
            <th>{columns.published}</th>
            <th className="end c-size">{columns.size}</th>
            {shownApps.map((app, at) => (
              <th key={`${app.name} ${app.version}`} className={at === 0 ? 'c-app' : 'c-app narrow-hide'}>
                {withVersion(app.name, app.version)}
              </th>
            ))}
            <th>{text.here}</th>
            <th className="wide-cell narrow-hide">{text.notes}</th>
            <th>
              <span className="hidden-label">{text.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <Gap blockSize={drawn[0]?.start} />
          <HoldLater value={rows.isScrolling}>
            {drawn.map(({ index }) => {
              const version = each.versions[index]
              if (version === undefined) return null
              return (
                <VersionRow
                  key={version.version}
                  {...{ connectionId, package: each, version, standing, apps: shownApps, onChoose: choose, run, index }}
                  isChosen={chosen.includes(version.version)}
                />
              )
            })}
          </HoldLater>
          <Gap blockSize={rows.getTotalSize() - (drawn.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
      {earlier !== undefined && later !== undefined ? (
        <VersionComparison
          connectionId={connectionId}
          name={each.name}
          earlier={earlier.version}
          later={later.version}
        />
      ) : (
        each.versions.length > 1 && <p className="small t3 compare-hint">{text.compareHint(later?.version)}</p>
      )}
    </section>
  )
}

/** In place of the rows that are not drawn. */
const Gap = ({ blockSize = 0 }: { readonly blockSize?: number }) =>
  blockSize > 0 ? (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr aria-hidden="true">
      <td className="gap" style={{ blockSize }} />
    </tr>
  ) : null
