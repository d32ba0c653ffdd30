import type { ReactNode } from 'react'
import { useFocusHandover } from './use-focus-handover.ts'

interface PageProps {
  /** Said by screen readers as the page's name. */
  readonly label: string
  /** The bar at the top: starts with an h1 or a way back. */
  readonly bar: ReactNode
  readonly children: ReactNode
}

/** A page: its bar (which drags the window) and what is below. The focus goes along to the page that comes in its place. */
export function Page({ label, bar, children }: PageProps) {
  const place = useFocusHandover<HTMLElement>()
  return (
    <main ref={place} className="page" aria-label={label} data-pane="page" tabIndex={-1}>
      <header className="topbar">{bar}</header>
      {children}
      <div id="menu-layer" />
    </main>
  )
}
