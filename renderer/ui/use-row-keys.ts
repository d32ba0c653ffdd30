import { type KeyboardEvent, useMemo, useState } from 'react'
import { indexAfter, moveOfKey } from './list-keys.ts'
import { type Choice, isChooseAll, isToggle, type Selection } from './selection.ts'

interface Rows<T> {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** -1 while nothing is selected. */
  readonly selectedIndex: number
  /** Where several rows can be chosen. */
  readonly selection?: Selection
  /** Chooses one alone, where several can't be. */
  readonly onSelect?: (item: T) => void
  /** How far Page Up and Page Down go. */
  readonly perPage: () => number
}

export interface RowKeys<T> {
  /** The row that the arrows stand on: the selected one, or where Ctrl has led them; -1 without any. */
  readonly activeIndex: number
  choose(item: T, how: Choice): void
  /** Moves and chooses; true when the key was one for that. */
  take(event: KeyboardEvent): boolean
}

/**
 * The keys of a list. The arrows select; where several can be chosen, Shift with them chooses a range, and Ctrl or ⌘ with A everything. Ctrl with the
 * arrows goes on without choosing, and with Space takes the row there in or out. Escape goes back to one.
 */
export function useRowKeys<T>({ items, keyOf, selectedIndex, selection, onSelect, perPage }: Rows<T>): RowKeys<T> {
  // Where Ctrl and the arrows have gone: a row that may or may not be chosen.
  const [cursor, setCursor] = useState<{ readonly index: number; readonly key: string }>()
  const cursorIndex = useMemo(() => {
    if (cursor === undefined) return -1
    const isIt = (item: T | undefined) => item !== undefined && keyOf(item) === cursor.key
    // Rows move by themselves.
    return isIt(items[cursor.index]) ? cursor.index : items.findIndex(isIt)
  }, [cursor, items, keyOf])
  const activeIndex = cursorIndex < 0 ? selectedIndex : cursorIndex

  const choose = (item: T, how: Choice) => {
    setCursor(undefined)
    if (selection === undefined) onSelect?.(item)
    else selection.choose(keyOf(item), how)
  }
  const take = (event: KeyboardEvent): boolean => {
    const active = items[activeIndex]
    const isHeld = event.ctrlKey || event.metaKey
    const move = event.altKey || (isHeld && selection === undefined) ? undefined : moveOfKey(event.key)
    if (move !== undefined) {
      const index = indexAfter(move, activeIndex, items.length, perPage())
      const next = items[index]
      if (next !== undefined && isHeld && !event.shiftKey) setCursor({ index, key: keyOf(next) })
      else if (next !== undefined) choose(next, event.shiftKey ? 'range' : 'one')
      return true
    }
    if (selection !== undefined && isToggle(event) && active !== undefined) {
      choose(active, 'toggle')
      // Another one may lead now, but the arrows go on from here.
      setCursor({ index: activeIndex, key: keyOf(active) })
      return true
    }
    if (selection !== undefined && isChooseAll(event)) {
      selection.all()
      return true
    }
    if (event.key !== 'Escape') return false
    setCursor(undefined)
    return selection?.one() === true || cursorIndex >= 0
  }
  return { activeIndex, choose, take }
}
