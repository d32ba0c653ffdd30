import { Checkbox } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { memo } from 'react'
import type { App, AppVerdict } from '../../../shared/model/app.ts'
import { verdictsFor } from '../../../shared/model/compatibility.ts'
import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { goTo } from '../../state/navigation.ts'
import { isReadable, type Standing } from '../../state/package-standing.ts'
import { browseText } from '../../text/browse.ts'
import { shortConstraint } from '../../text/compatibility.ts'
import { formatExactTime, formatWhen } from '../../text/units.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Later } from '../../ui/later.tsx'
import { Ring } from '../../ui/ring.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useMinute } from '../../ui/use-minute.ts'
import { installPackage } from './package-actions.ts'
import { PublishedVersionMenu } from './published-version-menu.tsx'

const text = browseText.versions

interface VersionRowProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly version: VersionSummary
  readonly standing: Standing
  /** Those with a column. */
  readonly apps: readonly App[]
  readonly isChosen: boolean
  readonly onChoose: (version: string) => void
  readonly run: (work: () => Promise<unknown>) => void
  /** From 0, of all versions. */
  readonly index: number
}

/** One version: date, size, what it says of each app, whether it is here, and what can be done with it. */
export const VersionRow = memo(function VersionRow(props: VersionRowProps) {
  useMinute()
  const { connectionId, package: each, version, standing, apps, isChosen, onChoose, run, index } = props
  return (
    <tr aria-rowindex={index + 2} className={isChosen ? 'is-on' : undefined}>
      <td className="check-cell">
        {isReadable(version) && (
          <Later place={<span className="check-place" />}>
            {() => (
              <Checkbox
                size="xs"
                checked={isChosen}
                onChange={() => onChoose(version.version)}
                aria-label={text.compareLabel(version.version)}
              />
            )}
          </Later>
        )}
      </td>
      <td>
        <button
          type="button"
          className="strong plain-link num"
          title={text.filesOf(version.version)}
          onClick={() =>
            goTo({ page: 'package', name: each.name, tab: 'files', version: version.version }, { replace: true })
          }
        >
          {version.version}
        </button>
        {version.prerelease && <Tag>{text.preview}</Tag>}
      </td>
      <td title={version.publishedAt === undefined ? undefined : formatExactTime(version.publishedAt)}>
        {version.publishedAt === undefined ? '–' : formatWhen(version.publishedAt)}{' '}
        <bdi className="t3 c-by">{version.publishedBy ?? ''}</bdi>
      </td>
      <td className="end c-size">{version.diskBytes === undefined ? '–' : <Size bytes={version.diskBytes} />}</td>
      {verdictsFor(version.compatibility, apps).map((verdict, at) => (
        <td key={`${verdict.app.name} ${verdict.app.version}`} className={at === 0 ? 'c-app' : 'c-app narrow-hide'}>
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
          <Later place={<span className="icon-btn" />}>
            {() => (
              <PublishedVersionMenu
                connectionId={connectionId}
                package={each}
                version={version}
                standing={standing}
                run={run}
              />
            )}
          </Later>
        </div>
      </td>
    </tr>
  )
})

const isHere = (version: VersionSummary, { installed }: Standing): boolean =>
  installed.some(({ ref }) => ref.version === version.version)

const Here = ({ version, standing }: { readonly version: VersionSummary; readonly standing: Standing }) =>
  isHere(version, standing) ? (
    <span className="status">
      <Ring state="installed" size={16} />
      <span className="here-word">{text.installed}</span>
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
