import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'

/** To the sheet that is open, else to the page's list, form or button, else to the page. */
function focusWhatIsThere(): void {
  const sheet = document.querySelector<HTMLElement>('[role="dialog"][aria-modal="true"]')
  const heir = sheet ?? document.querySelector<HTMLElement>('main [data-pane-focus]') ?? document.querySelector('main')
  heir?.focus()
}

/** On nothing, or on the page as a whole: whatever has something to act on may take it. */
export const isFocusFree = (): boolean => document.activeElement?.matches('body, main') !== false

/** Once what had the focus is off the page, for whoever it didn't go to anywhere. */
export const handOverFocus = (): void =>
  void requestAnimationFrame(() => {
    if (document.activeElement === document.body) focusWhatIsThere()
  })

/** What goes with what its button did (several are removed, one is restored, a page leads to another) gives the focus to what is there then. */
export function useFocusHandover<E extends HTMLElement>(): RefObject<E | null> {
  const place = useRef<E>(null)
  useLayoutEffect(
    () => () => {
      if (place.current?.contains(document.activeElement) === true) handOverFocus()
    },
    [],
  )
  return place
}

/** A list and the page of one of its things take each other's place: the focus goes along. */
export function useFocusAlong(isShown: boolean): void {
  const wasShown = useRef(isShown)
  useEffect(() => {
    if (wasShown.current === isShown) return
    wasShown.current = isShown
    document.querySelector<HTMLElement>('main [data-pane-focus]')?.focus()
  }, [isShown])
}

/** A button that had to wait takes the focus once it can be pressed, unless a person has put it on something in its sheet meanwhile. */
export function useFocusOnceReady(isReady: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const sheet = button.current?.closest('[role="dialog"]')
    const focused = document.activeElement
    if (isReady && (focused === sheet || sheet?.contains(focused) !== true)) button.current?.focus()
  }, [isReady])
  return button
}
