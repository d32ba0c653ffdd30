import { useEffect, useRef } from 'react'

/** The row that takes the place of one that is gone: the next one that is still there, else the one before; undefined where none is left. Pure. */
export function nextOfGone(before: readonly string[], gone: string, now: readonly string[]): string | undefined {
  const at = before.indexOf(gone)
  if (at < 0) return undefined
  const left = new Set(now)
  const isLeft = (key: string) => left.has(key)
  return before.slice(at + 1).find(isLeft) ?? before.slice(0, at).findLast(isLeft)
}

/** The arrows go on from where they were when the selected row goes away, by whatever removed it. `order`: all keys as they stand in the list. */
export function useNextOfGone(
  order: readonly string[],
  selected: string | undefined,
  select: (key: string | undefined) => void,
): void {
  const last = useRef(order)
  useEffect(() => {
    const before = last.current
    last.current = order
    if (before === order || selected === undefined || order.includes(selected)) return
    if (before.includes(selected)) select(nextOfGone(before, selected, order))
  }, [order, selected, select])
}
