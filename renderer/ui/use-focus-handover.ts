import { type RefObject, useLayoutEffect, useRef } from 'react'

/** What goes with what its button did (several are removed, one is restored) gives the focus to the sheet that it lay in, else to the list, or to what comes in its place. */
export function useFocusHandover<E extends HTMLElement>(): RefObject<E | null> {
  const place = useRef<E>(null)
  useLayoutEffect(
    () => () => {
      if (place.current?.contains(document.activeElement) !== true) return
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return
        const sheet = document.querySelector<HTMLElement>('[role="dialog"][aria-modal="true"]')
        const heir = sheet ?? document.querySelector<HTMLElement>('main [data-pane-focus]')
        heir?.focus()
      })
    },
    [],
  )
  return place
}
