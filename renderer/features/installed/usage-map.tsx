import { useElementSize, useMediaQuery } from '@mantine/hooks'
import { type KeyboardEvent, useMemo, useRef } from 'react'
import type { DiskUsage } from '../../../shared/model/installed.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { installedText as text } from '../../text/installed.ts'
import { formatExactBytes, formatSize } from '../../text/units.ts'
import { choiceOf, type Selection } from '../../ui/selection.ts'
import { boxesOf, layOutTiles, type Tile, type TileKind } from './treemap-layout.ts'

const tallPx = 216
const lowPx = 128
const looks: { readonly [K in TileKind]: string } = {
  'in-use': 'now',
  older: 'old',
  cache: 'cache',
  unfinished: 'part',
  trash: 'bin',
}
const kinds: readonly TileKind[] = ['in-use', 'older', 'cache', 'unfinished', 'trash']

const UsageLegend = () => (
  <span className="push legend narrow-hide">
    {kinds.map((kind) => (
      <span key={kind} className={`key ${looks[kind]}`}>
        {text.legend[kind]}
      </span>
    ))}
  </span>
)

const sumOf = ({ packages, cacheBytes, unfinishedBytes, trashBytes, ownBytes }: DiskUsage): number =>
  packages.reduce((sum, { freedBytes }) => sum + freedBytes, cacheBytes + unfinishedBytes + trashBytes + ownBytes)

/** Something that could be removed is there. */
export const hasBytes = (usage: DiskUsage): boolean => sumOf(usage) > usage.ownBytes

/** The sum of all that the library takes, and what the colours mean. */
export function UsageHead({ usage }: { readonly usage?: DiskUsage }) {
  if (usage === undefined) return <p className="usage-head t3">{text.measuring}</p>
  return (
    <div className="usage-head">
      <span className="num total">{formatSize(sumOf(usage))}</span>
      <span className="t2 num">{text.used(usage.volume.freeBytes, usage.volume.totalBytes)}</span>
      {hasBytes(usage) && <UsageLegend />}
    </div>
  )
}

interface UsageMapProps {
  readonly usage: DiskUsage
  /** The group (package) that is selected in the list, too. */
  readonly selected?: string
  /** All that are chosen there; a press here chooses as it does in the list. */
  readonly selection: Selection
  /** Enter, double click */
  readonly onOpen: (group: string) => void
}

/** Area = bytes. One stop of Tab: the arrows go to the nearest tile in their direction. */
export function UsageMap({ usage, selected, selection, onOpen }: UsageMapProps) {
  const { ref, width } = useElementSize()
  const isLow = useMediaQuery('(max-height: 700px)', undefined, { getInitialValueInEffect: false }) ?? false
  const heightPx = isLow ? lowPx : tallPx
  const tiles = useMemo(() => layOutTiles(usage, Math.floor(width), heightPx), [usage, width, heightPx])
  const buttons = useRef(new Map<string, HTMLButtonElement>())
  const boxes = boxesOf(tiles, (group) => selection.keys.has(group))
  const clickable = tiles.filter((tile) => tile.clickable)
  const stop = clickable.find(({ group }) => group === selected) ?? clickable[0]

  const onKeyDown = (event: KeyboardEvent, tile: Tile) => {
    if (event.key === 'Enter') {
      event.preventDefault()
      return onOpen(tile.group)
    }
    const next = neighbourOf(tile, clickable, event.key)
    if (next === undefined) return
    event.preventDefault()
    selection.choose(next.group, 'one')
    buttons.current.get(next.key)?.focus()
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div ref={ref} className="treemap" style={{ blockSize: heightPx }} role="group" aria-label={text.mapLabel}>
      {tiles.map((tile) => {
        const { key, kind, left, top, width: inlineSize, height: blockSize } = tile
        const place = { left, top, inlineSize, blockSize }
        const name = tile.ref === undefined ? tile.title : withVersion(tile.title, tile.ref.version)
        const more = moreOf(tile)
        if (!tile.clickable)
          return (
            <span key={key} className={looks[kind]} style={place} title={`${name}, ${formatSize(tile.bytes)}`}>
              {tile.ref === undefined && tile.lines > 0 && <b className="cut">{tile.label}</b>}
            </span>
          )
        return (
          <button
            key={key}
            ref={(element) => {
              if (element === null) buttons.current.delete(key)
              else buttons.current.set(key, element)
            }}
            type="button"
            className={looks[kind]}
            style={place}
            title={`${name}, ${formatExactBytes(tile.bytes)}`}
            aria-pressed={selection.keys.has(tile.group)}
            tabIndex={tile === stop ? 0 : -1}
            onClick={(event) => selection.choose(tile.group, choiceOf(event))}
            onDoubleClick={() => onOpen(tile.group)}
            onKeyDown={(event) => onKeyDown(event, tile)}
          >
            <b className={tile.lines > 0 ? 'cut' : 'hidden-label'}>{tile.label}</b>{' '}
            <span className={tile.lines > 1 ? 'num' : 'hidden-label'}>{formatSize(tile.bytes)}</span>
            <span className="hidden-label">, {more}</span>
          </button>
        )
      })}
      {boxes.map(({ left, top, width: inlineSize, height: blockSize }) => (
        <span key={`${left} ${top}`} className="map-on" style={{ left, top, inlineSize, blockSize }} />
      ))}
    </div>
  )
}

/** What the tile means beyond what stands on it. */
function moreOf({ kind, label, title, ref }: Tile): string {
  return [title, ref?.version ?? '', text.legend[kind]]
    .filter((part) => part !== '' && !label.includes(part))
    .join(', ')
}

/** The tile whose middle is nearest in the direction of an arrow key. */
function neighbourOf(from: Tile, tiles: readonly Tile[], key: string): Tile | undefined {
  const [x, y] = middleOf(from)
  const along = (tile: Tile): number => {
    const [tileX, tileY] = middleOf(tile)
    if (key === 'ArrowRight') return tileX - x
    if (key === 'ArrowLeft') return x - tileX
    if (key === 'ArrowDown') return tileY - y
    return key === 'ArrowUp' ? y - tileY : 0
  }
  const distance = (tile: Tile): number => {
    const [tileX, tileY] = middleOf(tile)
    return Math.hypot(tileX - x, tileY - y)
  }
  return tiles.filter((tile) => along(tile) > 1).toSorted((a, b) => distance(a) - distance(b))[0]
}

const middleOf = ({ left, top, width, height }: Tile): readonly [number, number] => [left + width / 2, top + height / 2]
