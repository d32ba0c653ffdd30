import { useEffect } from 'react'
import { assertNever } from '../../shared/errors.ts'
import { useConnections } from '../state/connections.ts'
import { useHost } from '../state/host.ts'
import { fetchLibraries } from '../state/installed.ts'
import { goTo } from '../state/navigation.ts'
import { fetchCatalog } from '../state/packages.ts'
import { useSettings } from '../state/settings.ts'
import { fetchTransfers } from '../state/transfers.ts'
import { isTyping } from '../ui/is-typing.ts'
import { undoLast } from '../ui/toast.tsx'
import { type WindowCommand, windowCommandOf } from './key-map.ts'
import { openPalette, togglePalette } from './palette-store.ts'
import { focusNextPane, focusSearch } from './pane-focus.ts'
import { pickAndOpen, pickAndPublish } from './pick-actions.ts'
import { openShortcuts } from './shortcuts-store.ts'

/** Keys of the whole window. In a browser those that the browser itself needs are left to it. */
export function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const { facts } = useHost.getState()
      const command = windowCommandOf(event, {
        mac: facts.platform === 'mac',
        browser: facts.kind === 'browser',
        typing: isTyping(event.target),
        sheetOpen: isSheetOpen(),
        singleKeys: useSettings.getState().settings.singleKeys,
      })
      if (command !== undefined && runCommand(command)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

const sheet = '[role="dialog"][aria-modal="true"]'
export const isSheetOpen = (): boolean => document.querySelector(sheet) !== null

/** Answers whether there was something to do. */
export function runCommand(command: WindowCommand): boolean {
  switch (command) {
    case 'palette':
      // It leads away, and what is typed in a sheet would be lost.
      return document.querySelector(`${sheet}:not(.palette-content)`) !== null || togglePalette()
    case 'search':
      // Where the page has nothing to search, everything is.
      return focusSearch() || openPalette()
    case 'next-pane':
      return focusNextPane(false)
    case 'previous-pane':
      return focusNextPane(true)
    case 'open':
      return done(pickAndOpen())
    case 'publish':
      return done(pickAndPublish())
    case 'refresh':
      return done(refresh())
    case 'undo':
      return undoLast()
    case 'shortcuts':
      return openShortcuts()
    case 'publish-page':
      return done(goTo({ page: 'publish' }))
    case 'browse':
    case 'installed':
    case 'transfers':
    case 'settings':
      return done(goTo({ page: command }))
    default:
      return assertNever(command)
  }
}

const done = (_result: unknown): true => true

/** Everything the window shows is asked for again; what can't be read says so on its page. */
async function refresh(): Promise<void> {
  const { currentId } = useConnections.getState()
  await Promise.all([
    currentId === undefined ? undefined : fetchCatalog(currentId, { refresh: true }),
    fetchLibraries(),
    fetchTransfers(),
  ])
}
