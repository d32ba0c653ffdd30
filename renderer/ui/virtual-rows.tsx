import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

interface VirtualRowsProps<T> {
  readonly count: number
  /** Undefined while it is not at hand: its place stays empty. */
  readonly itemAt: (index: number) => T | undefined
  /** Told where those that are drawn begin. */
  readonly onView?: (first: number) => void
  /** px */
  readonly rowHeight: number
  readonly renderRow: (item: T) => ReactNode
  readonly label: string
  readonly className?: string
}

/** A long plain list that is only read: it scrolls by itself and draws what is seen. For lists with a selection there is `List`. */
export function VirtualRows<T>({ count, itemAt, onView, rowHeight, renderRow, label, className }: VirtualRowsProps<T>) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const drawn = rows.getVirtualItems()
  const first = drawn[0]?.index ?? 0
  useEffect(() => onView?.(first), [first, onView])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section ref={scroller} className={`virtual-rows ${className ?? ''}`} aria-label={label} tabIndex={0}>
      <ul aria-label={label} style={{ blockSize: rows.getTotalSize() }}>
        {drawn.map(({ index, start }) => {
          const item = itemAt(index)
          return item === undefined ? null : (
            <li
              key={index}
              aria-setsize={count}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)`, blockSize: rowHeight }}
            >
              {renderRow(item)}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
