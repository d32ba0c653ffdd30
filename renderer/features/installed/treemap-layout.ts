import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy'
import { compareVersions } from '../../../shared/model/constraint.ts'
import type { DiskUsage } from '../../../shared/model/installed.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { installedText } from '../../text/installed.ts'

const text = installedText.tiles

/** Why the bytes of a tile are there. */
export type TileKind = 'in-use' | 'older' | 'cache' | 'unfinished' | 'trash'

export interface Tile {
  /** `name==version`, or the kind where it is no version. */
  readonly key: string
  /** Package name of a version; the kind otherwise. One selection with the list goes by it. */
  readonly group: string
  readonly kind: TileKind
  readonly ref?: PackageRef
  readonly title: string
  /** What stands on the tile: the first tile of a package carries its title. */
  readonly label: string
  readonly bytes: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Tiles under 24 px are drawn only: the list has them. */
  readonly clickable: boolean
  /** How many lines of text fit. */
  readonly lines: 0 | 1 | 2
}

export interface TileGroup {
  readonly group: string
  readonly bytes: number
  readonly leaves: readonly TileLeaf[]
}
export interface TileLeaf {
  readonly key: string
  readonly kind: TileKind
  readonly title: string
  readonly bytes: number
  readonly ref?: PackageRef
}

const minClickablePx = 24
const minLabelWidthPx = 48
/** A size is never cut: `87.7 MB` and its padding fit. */
const minSizeWidthPx = 68
const gapBetweenPackagesPx = 3
const gapBetweenVersionsPx = 1

/** One group a package (versions newest first), then one of cache, unfinished transfers and trash. Nothing of no bytes. */
export function groupUsage(usage: DiskUsage): readonly TileGroup[] {
  const byName = new Map<string, TileLeaf[]>()
  for (const { ref, title, freedBytes, older } of usage.packages) {
    if (freedBytes <= 0) continue
    const leaf: TileLeaf = { key: specOf(ref), kind: older ? 'older' : 'in-use', title, bytes: freedBytes, ref }
    byName.set(ref.name, [...(byName.get(ref.name) ?? []), leaf])
  }
  const groups = [...byName].map(([group, leaves]) => ({
    group,
    leaves: leaves.toSorted((a, b) => compareVersions(b.ref?.version ?? '', a.ref?.version ?? '')),
    bytes: sumOf(leaves),
  }))
  const rest: TileLeaf[] = [
    { key: 'cache', kind: 'cache' as const, title: text.cache, bytes: usage.cacheBytes },
    { key: 'unfinished', kind: 'unfinished' as const, title: text.unfinished, bytes: usage.unfinishedBytes },
    { key: 'trash', kind: 'trash' as const, title: text.trash, bytes: usage.trashBytes },
  ].filter(({ bytes }) => bytes > 0)
  const all = rest.length === 0 ? groups : [...groups, { group: 'rest', leaves: rest, bytes: sumOf(rest) }]
  return all.toSorted((a, b) => b.bytes - a.bytes || (a.group < b.group ? -1 : 1))
}

const sumOf = (leaves: readonly TileLeaf[]): number => leaves.reduce((sum, { bytes }) => sum + bytes, 0)

interface Node {
  readonly leaf?: TileLeaf
  readonly group?: TileGroup
  readonly children?: readonly Node[]
}

/** Area = bytes; packages 3 px apart, versions 1 px. Sizes and places in CSS pixels. Empty for a place of no area. */
export function layOutTiles(usage: DiskUsage, widthPx: number, heightPx: number): readonly Tile[] {
  const groups = groupUsage(usage)
  if (groups.length === 0 || widthPx <= 0 || heightPx <= 0) return []
  const tree: Node = {
    children: groups.map((group) => ({ group, children: group.leaves.map((leaf) => ({ leaf, group })) })),
  }
  const root = hierarchy<Node>(tree, (node) => node.children as Node[] | undefined).sum((node) => node.leaf?.bytes ?? 0)
  const placed = treemap<Node>()
    .size([widthPx, heightPx])
    .tile(treemapSquarify.ratio(1))
    .paddingInner((node) => (node.depth === 0 ? gapBetweenPackagesPx : gapBetweenVersionsPx))
    .round(true)(root)
  return placed.leaves().flatMap(({ data, x0, y0, x1, y1 }) => {
    const { leaf, group } = data
    if (leaf === undefined || group === undefined) return []
    // A tile too small for the gap around it may come out a pixel beside the map.
    const [left, right] = [clamp(x0, widthPx), clamp(x1, widthPx)]
    const [top, bottom] = [clamp(y0, heightPx), clamp(y1, heightPx)]
    return [tileOf(leaf, group, { left, top, width: right - left, height: bottom - top })]
  })
}

const clamp = (at: number, end: number): number => Math.min(Math.max(at, 0), end)

function tileOf(leaf: TileLeaf, group: TileGroup, box: Pick<Tile, 'left' | 'top' | 'width' | 'height'>): Tile {
  const isFirst = group.leaves[0] === leaf
  const version = leaf.ref?.version ?? ''
  const label =
    leaf.ref === undefined
      ? leaf.title
      : !isFirst
        ? version
        : group.leaves.length > 1
          ? leaf.title
          : withVersion(leaf.title, version)
  const isWide = box.width >= minLabelWidthPx
  return {
    key: leaf.key,
    group: leaf.ref === undefined ? leaf.kind : group.group,
    kind: leaf.kind,
    ...(leaf.ref === undefined ? {} : { ref: leaf.ref }),
    title: leaf.title,
    label,
    bytes: leaf.bytes,
    ...box,
    clickable: box.width >= minClickablePx && box.height >= minClickablePx,
    lines: !isWide || box.height < 28 ? 0 : box.height >= 44 && box.width >= minSizeWidthPx ? 2 : 1,
  }
}

/** The box around all tiles of a group, for the frame of the selection. */
export function boxOf(
  tiles: readonly Tile[],
  group: string,
): Pick<Tile, 'left' | 'top' | 'width' | 'height'> | undefined {
  const own = tiles.filter((tile) => tile.group === group)
  if (own.length === 0) return undefined
  const left = Math.min(...own.map((tile) => tile.left))
  const top = Math.min(...own.map((tile) => tile.top))
  return {
    left,
    top,
    width: Math.max(...own.map((tile) => tile.left + tile.width)) - left,
    height: Math.max(...own.map((tile) => tile.top + tile.height)) - top,
  }
}
