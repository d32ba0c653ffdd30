const panesInOrder = ['sidebar', 'page', 'inspector'] as const

/** Puts the focus into the next pane that is shown: sidebar, page, inspector, and around. */
export function focusNextPane(backwards: boolean): boolean {
  const panes = panesInOrder
    .map((name) => document.querySelector<HTMLElement>(`[data-pane="${name}"]`))
    .filter((pane): pane is HTMLElement => pane !== null && pane.offsetParent !== null)
  if (panes.length === 0) return false
  // The inspector lies inside the page, so the innermost pane around the focus counts.
  const current = panes.findLastIndex((pane) => pane.contains(document.activeElement))
  const step = backwards ? -1 : 1
  const next = panes[(current + step + panes.length) % panes.length] as HTMLElement
  const inside =
    next.querySelector<HTMLElement>('[data-pane-focus]') ??
    (next.dataset.pane === 'sidebar' ? next.querySelector<HTMLElement>('[aria-current="page"]') : null)
  ;(inside ?? next).focus()
  return true
}

/** Puts the focus into the page's search field, if it has one. */
export function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>('.topbar input[type="search"]')
  if (search === null) return false
  search.focus()
  search.select()
  return true
}
