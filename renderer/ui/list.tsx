import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, type Ref, useId, useImperativeHandle, useMemo, useRef } from 'react'
import { uiText } from '../text/ui.ts'
import { useGapClosing } from './gap-closing.ts'
import { choiceOf, type Selection } from './selection.ts'
import { useKeepInView } from './use-keep-in-view.ts'
import { useRowKeys } from './use-row-keys.ts'

export interface Column<S extends string = string> {
  readonly key: string
  readonly title: string
  /** Absent: can't be sorted by. */
  readonly sort?: S
  readonly className?: string
}

interface ListProps<T, S extends string> {
  readonly label: string
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** Class that sets the columns' widths, for head and rows. */
  readonly columnsClass: string
  /** Titles of the columns after the glyph's; absent: no head. */
  readonly columns?: readonly Column<S>[]
  readonly sorted?: { readonly by: S; readonly descending: boolean }
  readonly onSort?: (by: S) => void
  readonly selectedKey?: string
  readonly onSelect: (item: T) => void
  /** Where several rows can be chosen, by the keys of `useRowKeys` or a press with Shift, Ctrl or ⌘. It selects instead. */
  readonly selection?: Selection
  /** Enter or double click. */
  readonly onOpen?: (item: T) => void
  /** Any other key while the list has the focus; true when it was taken. */
  readonly onKey?: (event: KeyboardEvent, item: T | undefined) => boolean
  /** Cells of a row, the glyph first: each is a `role="gridcell"`. What names the row carries `rowPartIds(rowId)`. */
  readonly renderRow: (item: T, rowId: string) => ReactNode
  readonly rowClassOf?: (item: T) => string | undefined
  /** px; 48 by default */
  readonly rowHeight?: number
  /** Instead of rows, while there are none. */
  readonly empty?: ReactNode
  /** Where rows go by removing them: what is below closes the gap. */
  readonly closesGaps?: boolean
  readonly handle?: Ref<ListHandle>
}

/** Ids of what names a row to a screen reader: else it would read the row's hidden buttons with it. */
export const rowPartIds = (rowId: string) =>
  ({ name: `${rowId}-name`, version: `${rowId}-version`, state: `${rowId}-state` }) as const

export interface ListHandle {
  focus(): void
}

/** A virtual list of rows of one height. It is one stop of Tab; the arrows move the selection, and the selection is what keys act on. */
export function List<T, S extends string = string>(props: ListProps<T, S>) {
  const { items, keyOf, columnsClass, columns, sorted, selectedKey, rowHeight = 48, label, selection } = props
  const id = useId()
  const grid = useRef<HTMLDivElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const selectedIndex = useMemo(
    () => (selectedKey === undefined ? -1 : items.findIndex((item) => keyOf(item) === selectedKey)),
    [items, keyOf, selectedKey],
  )
  const rows = useVirtualizer<HTMLDivElement, Element>({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const perPage = () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1)
  const { activeIndex, choose, take } = useRowKeys({
    ...{ items, keyOf, selectedIndex, selection, perPage },
    onSelect: props.onSelect,
  })
  useImperativeHandle(props.handle, () => ({ focus: () => grid.current?.focus() }), [])

  useKeepInView(rows, activeIndex, rowHeight)
  useGapClosing(grid, items, keyOf, props.closesGaps === true ? rowHeight : undefined)

  const onKeyDown = (event: KeyboardEvent) => {
    // Keys of the head's buttons and of a row's own buttons are theirs.
    if (event.target !== grid.current) return
    if (take(event)) return event.preventDefault()
    const active = items[activeIndex]
    if (event.key === 'Enter' && active !== undefined && props.onOpen !== undefined) {
      event.preventDefault()
      props.onOpen(active)
      return
    }
    if (props.onKey?.(event, items[selectedIndex])) event.preventDefault()
  }

  // By place: keys may hold characters that an id must not.
  const rowId = (index: number) => `${id}-${index}`
  const headRows = columns === undefined ? 0 : 1
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a table element can't be virtual and scroll below its head. */}
      <div
        ref={grid}
        className={items.length === 0 ? 'table is-empty' : 'table'}
        role="grid"
        aria-label={label}
        aria-rowcount={items.length + headRows}
        aria-multiselectable={selection === undefined ? undefined : true}
        aria-activedescendant={activeIndex >= 0 ? rowId(activeIndex) : undefined}
        tabIndex={0}
        data-leads={rows.getVirtualItems().some(({ index }) => index === activeIndex) || undefined}
        data-pane-focus="list"
        onKeyDown={onKeyDown}
      >
        {columns !== undefined && (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
          <div className={`phead ${columnsClass}`} role="row" aria-rowindex={1}>
            {/* biome-ignore lint/a11y/useSemanticElements: as above */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
            <span role="columnheader">
              <span className="hidden-label">{uiText.stateColumn}</span>
            </span>
            {columns.map((column) => (
              <Head
                key={column.key}
                column={column}
                sorted={sorted !== undefined && sorted.by === column.sort ? sorted : undefined}
                onSort={props.onSort}
              />
            ))}
          </div>
        )}
        {items.length > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div ref={scroller} className="list" role="rowgroup">
            <div className="virtual" role="presentation" style={{ blockSize: rows.getTotalSize() }}>
              {rows.getVirtualItems().map(({ index, start }) => {
                const item = items[index] as T
                const key = keyOf(item)
                const more = props.rowClassOf?.(item)
                return (
                  // biome-ignore lint/a11y/useSemanticElements: as above
                  // biome-ignore lint/a11y/useFocusableInteractive: as above
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys
                  <div
                    key={key}
                    id={rowId(index)}
                    data-index={index}
                    className={`prow ${columnsClass}${more === undefined ? '' : ` ${more}`}`}
                    role="row"
                    aria-labelledby={Object.values(rowPartIds(rowId(index))).join(' ')}
                    aria-rowindex={index + 1 + headRows}
                    aria-selected={index === selectedIndex || selection?.keys.hasAt(index, key) === true}
                    data-lead={index === activeIndex || undefined}
                    style={{ transform: `translateY(${start}px)`, blockSize: rowHeight }}
                    onMouseDown={(event) => event.shiftKey && selection !== undefined && event.preventDefault()}
                    onClick={(event) => choose(item, choiceOf(event))}
                    onDoubleClick={() => props.onOpen?.(item)}
                  >
                    {props.renderRow(item, rowId(index))}
                  </div>
                )
              })}
            </div>
          </div>
        )}
      </div>
      {items.length === 0 && <div className="list">{props.empty}</div>}
    </>
  )
}

function Head<S extends string>({
  column,
  sorted,
  onSort,
}: {
  readonly column: Column<S>
  readonly sorted?: { readonly descending: boolean }
  readonly onSort?: (by: S) => void
}) {
  const { title, sort, className } = column
  const direction = sorted === undefined ? undefined : sorted.descending ? 'descending' : 'ascending'
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
    <span
      role="columnheader"
      className={[className, sorted && 'sorted'].filter(Boolean).join(' ')}
      aria-sort={direction}
    >
      {sort === undefined || onSort === undefined ? (
        title
      ) : (
        <button type="button" onClick={() => onSort(sort)}>
          {title}
          {sorted !== undefined && <span aria-hidden="true">{sorted.descending ? '↓' : '↑'}</span>}
        </button>
      )}
    </span>
  )
}

/** A cell with a fact over its context. */
export const TwoLines = ({
  first,
  firstId,
  second,
  className,
  title,
}: {
  readonly first: ReactNode
  readonly firstId?: string
  readonly second?: ReactNode
  readonly className?: string
  readonly title?: string
}) => (
  // biome-ignore lint/a11y/useSemanticElements: a cell of a virtual row
  // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
  <span role="gridcell" className={className} title={title}>
    <span id={firstId} className="line1" dir="auto">
      {first}
    </span>
    <span className="line2" dir="auto">
      {second}
    </span>
  </span>
)
