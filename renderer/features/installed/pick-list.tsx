import { Checkbox } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { indexAfter, moveOfKey } from '../../ui/list-keys.ts'
import { isChooseAll } from '../../ui/selection.ts'

interface PickListProps<T> {
  readonly label: string
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  readonly isPicked: (item: T) => boolean
  readonly onToggle: (item: T) => void
  /** Ctrl+A: all, or none where all are picked already. */
  readonly onToggleAll: () => void
  /** What stands beside the check mark, on one line. */
  readonly renderRow: (item: T) => ReactNode
}

const rowHeight = 36
const rowsPerPage = 7

/** Very many things to tick: a box that scrolls by itself, draws what is seen, and is one stop of Tab. Arrows move, Space ticks. */
export function PickList<T>(props: PickListProps<T>) {
  const { label, items, keyOf, isPicked, onToggle } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const shown = rows.getVirtualItems()
  const onKeyDown = (event: KeyboardEvent) => {
    const move = event.altKey || event.ctrlKey || event.metaKey ? undefined : moveOfKey(event.key)
    const item = items[active]
    if (move !== undefined) {
      const next = indexAfter(move, active, items.length, rowsPerPage)
      setActive(next)
      rows.scrollToIndex(next, { align: 'auto' })
    } else if (event.key === ' ' && item !== undefined) onToggle(item)
    else if (isChooseAll(event)) props.onToggleAll()
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-activedescendant={shown.some(({ index }) => index === active) ? `${id}-${active}` : undefined}
      className="pick-list"
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className="virtual-block" style={{ blockSize: rows.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const item = items[index]
          return item === undefined ? null : (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles keys
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
            <div
              key={keyOf(item)}
              id={`${id}-${index}`}
              role="option"
              className="pick"
              aria-selected={isPicked(item)}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              data-lead={index === active || undefined}
              style={{ transform: `translateY(${start}px)`, blockSize: rowHeight }}
              onClick={() => {
                setActive(index)
                onToggle(item)
              }}
            >
              <Checkbox.Indicator checked={isPicked(item)} />
              {props.renderRow(item)}
            </div>
          )
        })}
      </div>
    </div>
  )
}
