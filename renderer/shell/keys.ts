import { useEffect } from 'react'
import { useHost } from '../state/host.ts'
import { goTo, type Place } from '../state/navigation.ts'
import { undoLast } from '../ui/toast.tsx'
import { openPalette } from './palette-store.ts'
import { focusNextPane, focusSearch } from './pane-focus.ts'
import { pickAndOpen, pickAndPublish } from './pick-actions.ts'

const pages: readonly Place[] = [{ page: 'browse' }, { page: 'publish' }, { page: 'installed' }, { page: 'transfers' }]

/** Keys of the whole window. In a browser those that the browser itself needs are left to it. */
export function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      if (handle(event)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

function handle(event: KeyboardEvent): boolean {
  const { facts } = useHost.getState()
  const mod = facts.platform === 'mac' ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
  if (event.key === 'F6') return focusNextPane(event.shiftKey)
  if (mod && !event.altKey && !event.shiftKey)
    return handleMod(event.key.toLowerCase(), facts.kind === 'electron', event)
  if (event.key === '/' && !isTyping(event.target) && !isSheetOpen()) return focusSearch()
  return false
}

function handleMod(key: string, electron: boolean, event: KeyboardEvent): boolean {
  if (key === 'k') return openPalette()
  if (key === ',') return go({ page: 'settings' })
  if (isSheetOpen()) return false
  if (key === 'f') return focusSearch()
  if (key === 'o') return run(pickAndOpen)
  if (key === 'z') return !isTyping(event.target) && run(undoLast)
  if (!electron) return false
  if (key === 'n') return run(pickAndPublish)
  const place = /^[1-4]$/.test(key) ? pages[Number(key) - 1] : undefined
  return place !== undefined && go(place)
}

const go = (place: Place): boolean => run(() => goTo(place))
function run(action: () => unknown): true {
  void action()
  return true
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
const isSheetOpen = (): boolean => document.querySelector('[role="dialog"][aria-modal="true"]') !== null
