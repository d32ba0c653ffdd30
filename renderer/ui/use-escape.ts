import { useEffect, useRef } from 'react'
import { isTyping } from './is-typing.ts'

const isOverlaid = (): boolean =>
  document.querySelector('[role="dialog"], [role="menu"], [role="listbox"], .drop') !== null

/** Escape takes one step back on the page: `step` answers whether there was one. Sheets, menus and fields have theirs first. */
export function useEscape(step: () => boolean): void {
  const newest = useRef(step)
  useEffect(() => {
    newest.current = step
  })
  useEffect(() => {
    // Asked before anything handles the key: what closes by it may be gone when it comes to the page.
    let wasOverlaid = false
    const before = (event: KeyboardEvent) => {
      if (event.key === 'Escape') wasOverlaid = isOverlaid()
    }
    const after = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || wasOverlaid || isTyping(event.target)) return
      if (newest.current()) event.preventDefault()
    }
    window.addEventListener('keydown', before, true)
    window.addEventListener('keydown', after)
    return () => {
      window.removeEventListener('keydown', before, true)
      window.removeEventListener('keydown', after)
    }
  }, [])
}
