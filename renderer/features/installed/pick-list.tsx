import { Checkbox } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { indexAfter, moveOfKey } from '../../ui/list-keys.ts'
import { isChooseAll } from '../../ui/selection.ts'
import { VirtualBlock } from '../../ui/virtual-block.tsx'

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

/** px */
const rowHeight = 36

/** Very many things to tick: a box that scrolls by itself, draws what is seen, and is one stop of Tab. Arrows move, Space ticks. */
export function PickList<T>(props: PickListProps<T>) {
  const { label, items, keyOf, isPicked, onToggle } = props
  const id = useId()
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [active, setActive] = useState(0)
  const onKeyDown = (event: KeyboardEvent) => {
    const move = event.altKey || event.ctrlKey || event.metaKey ? undefined : moveOfKey(event.key)
    const item = items[active]
    if (move !== undefined) {
      const rowsPerPage = Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / rowHeight))
      setActive(indexAfter(move, active, items.length, rowsPerPage))
    } else if (event.key === ' ' && item !== undefined) onToggle(item)
    else if (isChooseAll(event)) props.onToggleAll()
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={setScroller}
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-activedescendant={items.length === 0 ? undefined : `${id}-${active}`}
      className="pick-list"
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <VirtualBlock
        scroller={scroller}
        items={items}
        keyOf={keyOf}
        rowHeight={rowHeight}
        activeIndex={active}
        renderRow={(item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles keys
          // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
          <div
            id={`${id}-${index}`}
            role="option"
            className="pick"
            aria-selected={isPicked(item)}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            data-lead={index === active || undefined}
            onClick={() => {
              setActive(index)
              onToggle(item)
            }}
          >
            <Checkbox.Indicator checked={isPicked(item)} />
            {props.renderRow(item)}
          </div>
        )}
      />
    </div>
  )
}
