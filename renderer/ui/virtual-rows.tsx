import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'

interface VirtualRowsProps<T> {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** px */
  readonly rowHeight: number
  readonly renderRow: (item: T) => ReactNode
  readonly label: string
  readonly className?: string
}

/** A long plain list that is only read: it scrolls by itself and draws what is seen. For lists with a selection there is `List`. */
export function VirtualRows<T>({ items, keyOf, rowHeight, renderRow, label, className }: VirtualRowsProps<T>) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section ref={scroller} className={`virtual-rows ${className ?? ''}`} aria-label={label} tabIndex={0}>
      <ul aria-label={label} style={{ blockSize: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const item = items[index]
          return item === undefined ? null : (
            <li key={keyOf(item)} style={{ transform: `translateY(${start}px)`, blockSize: rowHeight }}>
              {renderRow(item)}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
