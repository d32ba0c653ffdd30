import { type RefObject, useLayoutEffect, useRef } from 'react'

/** How many rows each one moves up when the others are taken away; undefined where more than that happened (another order, new rows). Pure. */
export function rowsToClose(
  before: readonly string[],
  now: readonly string[],
): ReadonlyMap<string, number> | undefined {
  if (before.length <= now.length) return undefined
  const moved = new Map<string, number>()
  let at = 0
  for (const [index, key] of before.entries()) {
    if (key !== now[at]) continue
    if (index > at) moved.set(key, index - at)
    at += 1
  }
  return at === now.length ? moved : undefined
}

/** Moves rows over the gap that removed ones leave. Off while `rowHeight` is undefined, and for people who want no motion. */
export function useGapClosing<T>(
  container: RefObject<HTMLElement | null>,
  items: readonly T[],
  keyOf: (item: T) => string,
  rowHeight: number | undefined,
): void {
  const before = useRef<readonly string[]>([])
  useLayoutEffect(() => {
    if (rowHeight === undefined) return
    const now = items.map(keyOf)
    const moved = rowsToClose(before.current, now)
    before.current = now
    if (moved === undefined || matchMedia('(prefers-reduced-motion: reduce)').matches) return
    for (const row of container.current?.querySelectorAll<HTMLElement>('[data-index]') ?? []) {
      const rows = moved.get(now[Number(row.dataset.index)] ?? '')
      if (rows === undefined) continue
      const from = { translate: `0 ${rows * rowHeight}px` }
      row.animate([from, { translate: '0 0' }], { duration: 200, easing: 'cubic-bezier(0.2, 0, 0, 1)' })
    }
  }, [container, items, keyOf, rowHeight])
}
