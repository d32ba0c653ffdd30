import { type KeyboardEvent, type Ref, useMemo } from 'react'
import { specOf } from '../../../shared/model/package-ref.ts'
import { installedText as text } from '../../text/installed.ts'
import { type Column, List, type ListHandle } from '../../ui/list.tsx'
import type { Selection } from '../../ui/selection.ts'
import type { Update } from './installed-actions.ts'
import { type InstalledPackage, type PackageOrder, versionsOf } from './installed-packages.ts'
import { InstalledRow, type RowActs } from './installed-row.tsx'
import type { Care } from './use-care.ts'

const columns: readonly Column<PackageOrder>[] = [
  { key: 'package', title: text.columns.package, sort: 'name' },
  { key: 'versions', title: text.columns.versions, className: 'c-version' },
  { key: 'disk', title: text.columns.disk, sort: 'bytes', className: 'end' },
  { key: 'app', title: text.columns.app, className: 'c-used' },
  { key: 'verified', title: text.columns.verified, className: 'c-verified' },
]
export const cells = columns.slice(1).map(({ className }) => className)

const nameOf = ({ name }: InstalledPackage): string => name

interface InstalledListProps {
  readonly handle: Ref<ListHandle>
  readonly packages: readonly InstalledPackage[]
  readonly order: PackageOrder
  readonly onSort: (by: PackageOrder) => void
  readonly selected: string | undefined
  readonly onSelect: (name: string) => void
  readonly selection: Selection
  readonly onKey: (event: KeyboardEvent, each: InstalledPackage | undefined) => boolean
  readonly updates: ReadonlyMap<string, Update>
  /** By `<name>==<version>`. */
  readonly busy: ReadonlyMap<string, Care>
  readonly changedOf: (spec: string) => readonly string[]
  readonly differing: ReadonlySet<string>
  readonly acts: RowActs
}

/** The packages of a library: a row is drawn again only when what it shows is another. */
export function InstalledList(props: InstalledListProps) {
  const { packages, order, updates, busy, changedOf, differing, acts } = props
  const biggestBytes = useMemo(() => packages.reduce((most, { bytes }) => Math.max(most, bytes), 0), [packages])
  const renderRow = (each: InstalledPackage, rowId: string) => {
    const specs = versionsOf(each).map(({ ref }) => specOf(ref))
    return (
      <InstalledRow
        rowId={rowId}
        each={each}
        update={updates.get(each.name)}
        biggestBytes={biggestBytes}
        care={careOf(specs.flatMap((spec) => busy.get(spec) ?? []))}
        changed={specs.reduce((sum, spec) => sum + changedOf(spec).length, 0)}
        differs={specs.some((spec) => differing.has(spec))}
        acts={acts}
      />
    )
  }
  return (
    <List
      handle={props.handle}
      label={text.listLabel}
      items={packages}
      keyOf={nameOf}
      closesGaps
      columnsClass="cols-installed"
      columns={columns}
      sorted={{ by: order, descending: order === 'bytes' }}
      onSort={props.onSort}
      selectedKey={props.selected}
      onSelect={({ name }) => props.onSelect(name)}
      selection={props.selection}
      onOpen={acts.open}
      onKey={props.onKey}
      renderRow={renderRow}
    />
  )
}

/** Of a package's versions, what is being done before what waits for it. */
const careOf = (cares: readonly Care[]): Care | undefined => cares.find((care) => care !== 'waiting') ?? cares[0]
