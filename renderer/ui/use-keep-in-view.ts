import type { Virtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'

/**
 * Scrolls as little as it takes to have a row of one height in view, whenever another one is to be. By what is known of the scroller: to ask it for its
 * height or its place would lay out the page with every key.
 */
export function useKeepInView(rows: Virtualizer<HTMLDivElement, Element>, index: number, rowHeight: number): void {
  const { scrollOffset } = rows
  // Where it was told to go, until it says that it is there.
  const sent = useRef<number>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it has moved
  useEffect(() => {
    sent.current = undefined
  }, [scrollOffset])
  useEffect(() => {
    const { scrollElement, scrollRect } = rows
    if (index < 0 || scrollElement === null || scrollRect === null) return
    const top = sent.current ?? rows.scrollOffset ?? 0
    const start = index * rowHeight
    const wanted = Math.min(start, Math.max(top, start + rowHeight - scrollRect.height))
    if (wanted === top) return
    sent.current = wanted
    scrollElement.scrollTop = wanted
  }, [rows, index, rowHeight])
}
