import type { Change } from '../../shared/ipc/events.ts'
import { transport } from '../ipc/link.ts'
import { fetchConnections, onMoved, useConnections } from './connections.ts'
import { fetchHost, setLost, useHost } from './host.ts'
import { fetchLibraries, followLibrary } from './installed.ts'
import { createMirror } from './mirror.ts'
import { followHistory } from './navigation.ts'
import { fetchCatalog, forgetCatalog, heldCatalogs, isRefreshing } from './packages.ts'
import { announcePlan } from './plans.ts'
import { fetchSettings } from './settings.ts'
import { applySamples, applyTransfer, fetchTransfers, removeTransfer } from './transfers.ts'

const refreshEveryMs = 5 * 60_000
const refreshOnFocusAfterMs = 60_000

/**
 * Connects the window's state to the engine: the state is fetched, then follows the engine's changes. `takeRequests` is called when the system asked something
 * of the window. Called once.
 */
export function startState(takeRequests: () => Promise<void>): void {
  followHistory()
  // What was asked for waits at the host until it answers again.
  const onRequested = () => void takeRequests().catch(setLost)
  const mirror = createMirror({
    refetch() {
      fetchEverything()
      onRequested()
    },
    change: (change) => (change.kind === 'host.requested' ? onRequested() : applyChange(change)),
    samples: applySamples,
  })
  transport.onEvent(mirror)
  onMoved(forgetPlace)
  transport.onLink((link) => useHost.setState({ link }))
  keepCatalogFresh()
}

function fetchEverything(): void {
  // A host that doesn't answer shows in the link's state.
  fetchHost().catch(setLost)
  void fetchSettings()
  void fetchConnections()
  void fetchLibraries()
  void fetchTransfers()
  for (const connectionId of heldCatalogs()) void fetchCatalog(connectionId)
}

function applyChange(change: Exclude<Change, { readonly kind: 'host.requested' }>): void {
  switch (change.kind) {
    case 'transfer.changed':
      applyTransfer(change.transfer)
      break
    case 'transfer.removed':
      removeTransfer(change.id)
      break
    case 'transfers.reordered':
      void fetchTransfers()
      break
    case 'catalog.changed':
    case 'package.published':
      if (heldCatalogs().includes(change.connectionId)) void fetchCatalog(change.connectionId)
      break
    case 'plan.reading':
      announcePlan(change.planId, change)
      break
    case 'plan.building':
      announcePlan(change.planId, { building: change })
      break
    case 'plan.refined':
      announcePlan(change.planId)
      break
    case 'installed.changed':
      followLibrary(change.libraryId)
      break
    case 'libraries.changed':
      void fetchLibraries()
      break
    case 'connections.changed':
      void followConnections()
      break
    case 'settings.changed':
      void fetchSettings()
      break
  }
}

/** The list of a bucket is none of the one that its connection leads to now, not even while that can't be read. */
function forgetPlace(connectionId: string): void {
  const { currentId } = useConnections.getState()
  if (!heldCatalogs().includes(connectionId)) return
  forgetCatalog(connectionId)
  if (connectionId === currentId) void fetchCatalog(connectionId, { refresh: true })
}

async function followConnections(): Promise<void> {
  const { currentId } = useConnections.getState()
  for (const connectionId of heldCatalogs()) if (connectionId !== currentId) forgetCatalog(connectionId)
  const wasRefreshing = isRefreshing(currentId)
  await fetchConnections()
  const { currentId: shownId } = useConnections.getState()
  // One that moved is listed anew already.
  if (!wasRefreshing && isRefreshing(shownId)) return
  if (shownId !== undefined && heldCatalogs().includes(shownId)) void fetchCatalog(shownId, { refresh: true })
}

/** The store is asked again when the window is looked at after a while, and every five minutes. */
function keepCatalogFresh(): void {
  let askedMs = Date.now()
  const refresh = () => {
    const { currentId } = useConnections.getState()
    if (currentId === undefined || document.visibilityState === 'hidden') return
    askedMs = Date.now()
    void fetchCatalog(currentId, { refresh: true })
  }
  setInterval(refresh, refreshEveryMs)
  window.addEventListener('focus', () => {
    if (Date.now() - askedMs > refreshOnFocusAfterMs) refresh()
  })
}
