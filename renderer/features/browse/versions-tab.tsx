import { Checkbox } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { AppVerdict } from '../../../shared/model/app.ts'
import { verdictsFor } from '../../../shared/model/compatibility.ts'
import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { goTo } from '../../state/navigation.ts'
import { isReadable, type Standing } from '../../state/package-standing.ts'
import { useApps } from '../../state/settings.ts'
import { browseText } from '../../text/browse.ts'
import { shortConstraint } from '../../text/compatibility.ts'
import { formatExactTime, formatWhen } from '../../text/units.ts'
import { Button } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Ring } from '../../ui/ring.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useAction } from '../../ui/use-action.ts'
import { installPackage } from './package-actions.ts'
import { PublishedVersionMenu } from './published-version-menu.tsx'
import { VersionComparison } from './version-comparison.tsx'

const { versions: text, columns } = browseText

interface VersionsTabProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
}

const mostApps = 3
/** A package may have thousands of versions: so many rows come at a time. */
const rowsAtOnce = 100

/** Every version: date, size, what it says of each app, whether it is here; any of them can be installed, and any two compared. */
export function VersionsTab({ connectionId, package: each, standing }: VersionsTabProps) {
  const apps = useApps()
  const action = useAction()
  const shownApps = apps.slice(0, mostApps)
  const [rowCount, setRowCount] = useState(rowsAtOnce)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const choose = (version: string) =>
    setChosen((before) =>
      // Of three the one that was chosen first gives way.
      before.includes(version) ? before.filter((each) => each !== version) : [...before.slice(-1), version],
    )
  const compared = each.versions.filter(({ version }) => chosen.includes(version))
  const [later, earlier] = compared
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll grow versions" tabIndex={0} aria-label={text.label}>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      <table className="grid">
        <thead>
          <tr>
            <th className="check-cell">
              <span className="hidden-label">{text.compare}</span>
            </th>
            <th>{columns.version}</th>
            <th>{columns.published}</th>
            <th className="end">{columns.size}</th>
            {shownApps.map((app, at) => (
              <th key={`${app.name} ${app.version}`} className={at === 0 ? undefined : 'narrow-hide'}>
                {app.name} {app.version}
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
          {each.versions.slice(0, rowCount).map((version) => (
            <tr key={version.version} className={chosen.includes(version.version) ? 'is-on' : undefined}>
              <td className="check-cell">
                {isReadable(version) && (
                  <Checkbox
                    size="xs"
                    checked={chosen.includes(version.version)}
                    onChange={() => choose(version.version)}
                    aria-label={text.compareLabel(version.version)}
                  />
                )}
              </td>
              <td>
                <button
                  type="button"
                  className="strong plain-link num"
                  title={text.filesOf(version.version)}
                  onClick={() =>
                    goTo(
                      { page: 'package', name: each.name, tab: 'files', version: version.version },
                      { replace: true },
                    )
                  }
                >
                  {version.version}
                </button>
                {version.prerelease && <Tag>{text.preview}</Tag>}
              </td>
              <td title={version.publishedAt === undefined ? undefined : formatExactTime(version.publishedAt)}>
                {version.publishedAt === undefined ? '–' : formatWhen(version.publishedAt)}{' '}
                <span className="t3">{version.publishedBy ?? ''}</span>
              </td>
              <td className="end">{version.diskBytes === undefined ? '–' : <Size bytes={version.diskBytes} />}</td>
              {verdictsFor(version.compatibility, shownApps).map((verdict, at) => (
                <td key={`${verdict.app.name} ${verdict.app.version}`} className={at === 0 ? undefined : 'narrow-hide'}>
                  <VerdictMark verdict={verdict} />
                </td>
              ))}
              <td>
                <Here version={version} standing={standing} />
              </td>
              <td className="t2 cut wide-cell narrow-hide" title={version.notes}>
                {version.notes}
              </td>
              <td className="end">
                <div className="version-acts">
                  {!isReadable(version) ? (
                    <span className="t3">{text.unreadable}</span>
                  ) : (
                    !isHere(version, standing) && (
                      <Button
                        small
                        aria-label={text.installLabel(version.version)}
                        onClick={() => installPackage(connectionId, each, standing, version)}
                      >
                        {text.install}
                      </Button>
                    )
                  )}
                  <PublishedVersionMenu
                    connectionId={connectionId}
                    package={each}
                    version={version}
                    standing={standing}
                    run={(work) => void action.run(work)}
                  />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rowCount < each.versions.length && (
        <p className="small t3 preview-rest num">
          {text.shownOf(rowCount, each.versions.length)}{' '}
          <button type="button" className="plain-link" onClick={() => setRowCount(rowCount + rowsAtOnce)}>
            {text.showMore(Math.min(rowsAtOnce, each.versions.length - rowCount))}
          </button>
        </p>
      )}
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

const isHere = (version: VersionSummary, { installed }: Standing): boolean =>
  installed.some(({ ref }) => ref.version === version.version)

const Here = ({ version, standing }: { readonly version: VersionSummary; readonly standing: Standing }) =>
  isHere(version, standing) ? (
    <span className="status">
      <Ring state="installed" size={16} />
      {text.installed}
    </span>
  ) : null

function VerdictMark({ verdict }: { readonly verdict: AppVerdict }) {
  if (verdict.kind === 'compatible') {
    return (
      <span className="status">
        <Icon of={IconCheck} />
        {text.works}
      </span>
    )
  }
  return (
    <span className="status">
      <Ring state={verdict.kind} size={16} />
      {verdict.kind === 'not-stated' ? text.notStated : text.needs(shortConstraint(verdict.constraint))}
    </span>
  )
}
