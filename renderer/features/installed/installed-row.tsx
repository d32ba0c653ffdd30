import { IconAlertTriangle, IconArrowUp, IconChecks, IconPin } from '@tabler/icons-react'
import { memo } from 'react'
import { damagedCountOf } from '../../../shared/model/damaged-count.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { formatDay, installedText as text } from '../../text/installed.ts'
import { formatExactTime } from '../../text/units.ts'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Later } from '../../ui/later.tsx'
import { rowPartIds, TwoLines } from '../../ui/list.tsx'
import { Meter } from '../../ui/progress-bar.tsx'
import { Ring } from '../../ui/ring.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useMinute } from '../../ui/use-minute.ts'
import type { Update } from './installed-actions.ts'
import { type InstalledPackage, versionsOf } from './installed-packages.ts'
import type { Care } from './use-care.ts'
import { VersionMenu } from './version-menu.tsx'

/** What may be done with a row: `useSteady`, so that it stays the same. */
export interface RowActs {
  readonly verify: (each: InstalledPackage) => void
  readonly repair: (each: InstalledPackage) => void
  readonly save: (each: InstalledPackage) => void
  readonly keep: (each: InstalledPackage, kept: boolean) => void
  readonly remove: (each: InstalledPackage) => void
  readonly open: (each: InstalledPackage) => void
  readonly run: (work: () => Promise<unknown>) => void
}

interface InstalledRowProps {
  readonly rowId: string
  readonly each: InstalledPackage
  readonly update?: Update
  /** Bytes of the biggest package: the longest bar. */
  readonly biggestBytes: number
  /** What is being done with one of its versions. */
  readonly care: Care | undefined
  /** Other files are published under one of its versions by now. */
  readonly differs: boolean
  /** Files of all its versions that are visibly others than when they were verified. */
  readonly changed: number
  readonly acts: RowActs
}

/** The cells of a row: glyph, name over bar, versions, size, app, verified, menu. Drawn again when what it shows is another: not for each frame that one scrolls. */
export const InstalledRow = memo(function InstalledRow(props: InstalledRowProps) {
  const { rowId, each, update, biggestBytes, care, differs, changed, acts } = props
  const ids = rowPartIds(rowId)
  const { newest, older, bytes, olderBytes } = each
  const versions = versionsOf(each)
  const whole = Math.max(1, biggestBytes)
  return (
    <>
      <Cell className="glyph-cell" title={update === undefined ? text.details.installed : text.update(update.version)}>
        <Ring state={update === undefined ? 'installed' : 'update'} />
      </Cell>
      <Cell>
        <span id={ids.name} className="line1 with-tag">
          <span className="name" dir="auto">
            {each.title}
          </span>
          {update !== undefined && (
            <Tag kind="accent">
              <Icon of={IconArrowUp} size={12} />
              {text.update(update.version)}
            </Tag>
          )}
          {differs && <Tag kind="warn">{text.differs}</Tag>}
          {versions.some(({ kept }) => kept) && (
            <Tag>
              <Icon of={IconPin} size={12} />
              {text.kept}
            </Tag>
          )}
        </span>
        <span className="line2 bar-line">
          <Meter
            parts={[
              { key: 'newest', share: (bytes - olderBytes) / whole },
              { key: 'older', share: olderBytes / whole, look: 'second' },
            ]}
            label={text.barLabel(bytes, olderBytes)}
          />
        </span>
      </Cell>
      <TwoLines
        className="num c-version"
        first={newest.ref.version}
        firstId={ids.version}
        second={text.andVersions(older.map(({ ref }) => ref.version))}
      />
      <Cell className="num end">
        <Size bytes={bytes} />
      </Cell>
      <TwoLines
        className="c-used"
        first={newest.forApp ?? text.noApp}
        second={
          newest.installedAt && <span title={formatExactTime(newest.installedAt)}>{formatDay(newest.installedAt)}</span>
        }
      />
      <Cell id={ids.state} className="c-verified">
        <VerifiedWord versions={versions} care={care} changed={changed} />
      </Cell>
      <Cell>
        <Later place={<span className="menu-place" />}>
          {() => <RowMenu each={each} update={update} isKept={versions.some(({ kept }) => kept)} acts={acts} />}
        </Later>
      </Cell>
    </>
  )
})

function RowMenu({ each, update, isKept, acts }: RowMenuProps) {
  return (
    <VersionMenu
      version={each.newest}
      bytes={each.bytes}
      update={update}
      isKept={isKept}
      asksWhich={each.older.length > 0 || isKept}
      run={acts.run}
      onVerify={() => acts.verify(each)}
      onRepair={() => acts.repair(each)}
      onSave={() => acts.save(each)}
      onKeep={(kept) => acts.keep(each, kept)}
      onRemove={() => acts.remove(each)}
      onDetails={() => acts.open(each)}
    />
  )
}
interface RowMenuProps extends Pick<InstalledRowProps, 'each' | 'update' | 'acts'> {
  readonly isKept: boolean
}

interface CellProps {
  readonly id?: string
  readonly className?: string
  readonly title?: string
  readonly children: React.ReactNode
}

const Cell = ({ id, className, title, children }: CellProps) => (
  // biome-ignore lint/a11y/useSemanticElements: a cell of a virtual row
  // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
  <span id={id} role="gridcell" className={className} title={title}>
    {children}
  </span>
)

interface VerifiedWordProps {
  readonly versions: readonly InstalledVersion[]
  /** What is being done with one of them. */
  readonly care: Care | undefined
  /** Files that are visibly others than when they were verified. */
  readonly changed: number
}

/** Damaged, changed, not verified, or when the least lately verified of them was. */
export function VerifiedWord({ versions, care, changed }: VerifiedWordProps) {
  useMinute()
  if (care !== undefined) return <span className="t2">{text.busy[care]}</span>
  const damaged = versions.reduce((sum, version) => sum + damagedCountOf(version), 0)
  if (damaged > 0) {
    return (
      <span className="status danger" title={text.damagedWhy(damaged)}>
        <Icon of={IconAlertTriangle} />
        {text.damaged(damaged)}
      </span>
    )
  }
  if (changed > 0) {
    return (
      <span className="status warn" title={text.changedWhy(changed)}>
        <Icon of={IconAlertTriangle} />
        {text.changed(changed)}
      </span>
    )
  }
  const times = versions.map(({ verifiedAt }) => verifiedAt)
  const oldest = times.toSorted()[0]
  if (oldest === undefined || times.includes(undefined)) {
    return (
      <span className="t2" title={text.notVerifiedWhy}>
        {text.notVerified}
      </span>
    )
  }
  return (
    <span className="status" title={formatExactTime(oldest)}>
      <Icon of={IconChecks} />
      {formatDay(oldest)}
    </span>
  )
}
