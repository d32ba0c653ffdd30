import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

interface VirtualBlockProps<T> {
  /** What scrolls (null until it is mounted): it may hold other things above and below. */
  readonly scroller: HTMLElement | null
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** px */
  readonly rowHeight: number
  /** Rows are as high as what is in them, which is about `rowHeight`. */
  readonly measured?: boolean
  readonly renderRow: (item: T, index: number) => ReactNode
  /** Scrolled to when another item is it; -1: none. */
  readonly activeIndex?: number
}

/** Rows in the middle of what scrolls; only those in view are drawn. */
export function VirtualBlock<T>({
  scroller,
  items,
  keyOf,
  rowHeight,
  measured = false,
  renderRow,
  activeIndex = -1,
}: VirtualBlockProps<T>) {
  const block = useRef<HTMLDivElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  useLayoutEffect(() => {
    if (block.current === null || scroller === null) return
    const top = block.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop
    if (Math.abs(top - scrollMargin) > 1) setScrollMargin(top)
  })
  // What was measured of a row goes with it when it moves.
  const keyAt = useCallback(
    (index: number) => (items[index] === undefined ? index : keyOf(items[index])),
    [items, keyOf],
  )
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin,
    ...(measured ? { getItemKey: keyAt } : {}),
  })
  const { scrollToIndex } = rows
  const active = items[activeIndex]
  const activeKey = active === undefined ? undefined : keyOf(active)
  const newestIndex = useRef(activeIndex)
  newestIndex.current = activeIndex
  // Not where it only moves because others come and go.
  useEffect(() => {
    if (activeKey !== undefined && scroller !== null) scrollToIndex(newestIndex.current, { align: 'auto' })
  }, [activeKey, scroller, scrollToIndex])
  return (
    <div ref={block} className="virtual-block" role="presentation" style={{ blockSize: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ index, start }) => {
        const item = items[index]
        return item === undefined ? null : (
          <div
            key={keyOf(item)}
            ref={measured ? rows.measureElement : undefined}
            data-index={index}
            role="presentation"
            style={{
              transform: `translateY(${start - scrollMargin}px)`,
              ...(measured ? {} : { blockSize: rowHeight }),
            }}
          >
            {renderRow(item, index)}
          </div>
        )
      })}
    </div>
  )
}
