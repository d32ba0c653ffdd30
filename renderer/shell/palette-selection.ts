import { useEffect } from 'react'
import { paletteStore } from './palette-store.ts'

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

/** Entries that came later move those below them: what is selected stays, and the arrows go on from there. Where nothing was, the first one is. */
export function keepSelection(): void {
  const entries = [...document.querySelectorAll(`#${paletteListId} [data-action]`)]
  if (entries.length === 0) return
  const at = entries.findIndex((entry) => entry.hasAttribute('data-selected'))
  if (at < 0) entries[0]?.setAttribute('data-selected', 'true')
  paletteStore.updateState((state) => ({ ...state, selected: Math.max(0, at) }))
}
