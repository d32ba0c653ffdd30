import { useEffect } from 'react'

export const paletteListId = 'palette-list'

/** Mantine marks the selected entry for eyes alone, and the focus stays in the field: here the field tells screen readers which one it is. */
export function useSpokenSelection(): void {
  useEffect(() => {
    const list = document.getElementById(paletteListId)
    const field = list?.closest('[role="dialog"]')?.querySelector('input')
    if (list == null || field == null) return
    const tell = () => {
      field.removeAttribute('aria-activedescendant')
      for (const [at, entry] of list.querySelectorAll('[role="option"]').entries()) {
        const isSelected = entry.hasAttribute('data-selected')
        entry.setAttribute('aria-selected', String(isSelected))
        entry.id = `palette-entry-${at}`
        if (isSelected) field.setAttribute('aria-activedescendant', entry.id)
      }
    }
    field.setAttribute('aria-controls', paletteListId)
    tell()
    const observer = new MutationObserver(tell)
    observer.observe(list, { subtree: true, childList: true, attributeFilter: ['data-selected'] })
    return () => observer.disconnect()
  }, [])
}
