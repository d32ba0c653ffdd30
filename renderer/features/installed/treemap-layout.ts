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

type Box = Pick<Tile, 'left' | 'top' | 'width' | 'height'>

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

/** Of more versions those that are smaller than the biggest so many, or than a dot, are one tile: nobody could see or press each. */
const mostVersionTiles = 400
const dotPx = 100

/** One group a package (versions newest first), then one of cache, unfinished transfers and trash. Nothing of no bytes. `areaPx`: of the whole map. */
export function groupUsage(usage: DiskUsage, areaPx: number): readonly TileGroup[] {
  const [shown, folded] = foldSmallest(usage, areaPx)
  const byName = new Map<string, TileLeaf[]>()
  for (const { ref, title, freedBytes, older } of shown) {
    const leaf: TileLeaf = { key: specOf(ref), kind: older ? 'older' : 'in-use', title, bytes: freedBytes, ref }
    const own = byName.get(ref.name)
    if (own === undefined) byName.set(ref.name, [leaf])
    else own.push(leaf)
  }
  const groups = [...byName].map(([group, leaves]) => ({
    group,
    leaves: leaves.toSorted((a, b) => compareVersions(b.ref?.version ?? '', a.ref?.version ?? '')),
    bytes: sumOf(leaves),
  }))
  const smaller = smallerLeaves(folded)
  const rest: TileLeaf[] = [
    { key: 'cache', kind: 'cache' as const, title: text.cache, bytes: usage.cacheBytes },
    { key: 'unfinished', kind: 'unfinished' as const, title: text.unfinished, bytes: usage.unfinishedBytes },
    { key: 'trash', kind: 'trash' as const, title: text.trash, bytes: usage.trashBytes },
  ].filter(({ bytes }) => bytes > 0)
  const others = [
    { group: 'smaller', leaves: smaller, bytes: sumOf(smaller) },
    { group: 'rest', leaves: rest, bytes: sumOf(rest) },
  ].filter(({ leaves }) => leaves.length > 0)
  return [...groups, ...others].toSorted((a, b) => b.bytes - a.bytes || (a.group < b.group ? -1 : 1))
}

type Packages = DiskUsage['packages']

/** Versions that have tiles of their own, and the rest. */
function foldSmallest(usage: DiskUsage, areaPx: number): readonly [Packages, Packages] {
  const versions = usage.packages.filter(({ freedBytes }) => freedBytes > 0)
  if (versions.length <= mostVersionTiles) return [versions, []]
  const biggest = versions.toSorted((a, b) => b.freedBytes - a.freedBytes)
  const bytes = biggest.reduce((sum, { freedBytes }) => sum + freedBytes, 0)
  const dotBytes = (bytes * dotPx) / areaPx
  const end = biggest.findIndex(({ freedBytes }, at) => at === mostVersionTiles || freedBytes < dotBytes)
  return [biggest.slice(0, end), biggest.slice(end)]
}

/** One for those in use, one for the older ones. */
const smallerLeaves = (versions: Packages): readonly TileLeaf[] =>
  [false, true].flatMap((isOlder): TileLeaf[] => {
    const own = versions.filter(({ older }) => older === isOlder)
    if (own.length === 0) return []
    const kind = isOlder ? 'older' : 'in-use'
    const bytes = own.reduce((sum, { freedBytes }) => sum + freedBytes, 0)
    return [{ key: `smaller ${kind}`, kind, title: text.smaller(own.length, isOlder), bytes }]
  })

const sumOf = (leaves: readonly TileLeaf[]): number => leaves.reduce((sum, { bytes }) => sum + bytes, 0)

interface Node {
  readonly leaf?: TileLeaf
  readonly group?: TileGroup
  readonly children?: readonly Node[]
}

/** Area = bytes; packages 3 px apart, versions 1 px. Sizes and places in CSS pixels. Empty for a place of no area. */
export function layOutTiles(usage: DiskUsage, widthPx: number, heightPx: number): readonly Tile[] {
  if (widthPx <= 0 || heightPx <= 0) return []
  const groups = groupUsage(usage, widthPx * heightPx)
  if (groups.length === 0) return []
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

function tileOf(leaf: TileLeaf, group: TileGroup, box: Box): Tile {
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
    group: leaf.ref === undefined ? leaf.key : group.group,
    kind: leaf.kind,
    ...(leaf.ref === undefined ? {} : { ref: leaf.ref }),
    title: leaf.title,
    label,
    bytes: leaf.bytes,
    ...box,
    clickable: !isSum(leaf) && box.width >= minClickablePx && box.height >= minClickablePx,
    lines: !isWide || box.height < 28 ? 0 : box.height >= 44 && box.width >= minSizeWidthPx ? 2 : 1,
  }
}

/** It stands for many versions: there is nothing to choose. */
const isSum = ({ kind, ref }: Pick<TileLeaf, 'kind' | 'ref'>): boolean =>
  ref === undefined && (kind === 'in-use' || kind === 'older')

/** The boxes of the groups that are chosen. */
export function boxesOf(tiles: readonly Tile[], isChosen: (group: string) => boolean): readonly Box[] {
  const groups = new Set(tiles.map(({ group }) => group).filter(isChosen))
  return [...groups].flatMap((group) => boxOf(tiles, group) ?? [])
}

/** The box around all tiles of a group, for the frame of the selection. */
export function boxOf(tiles: readonly Tile[], group: string): Box | undefined {
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
