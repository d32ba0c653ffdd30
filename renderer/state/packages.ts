import { create } from 'zustand'
import { toAppError } from '../../shared/errors.ts'
import type { PackageSummary, UnreadableEntry } from '../../shared/model/package.ts'
import { type SearchText, toSearchText } from '../../shared/model/search.ts'
import { client } from '../ipc/link.ts'
import { type LoadState, loading, ready } from './load-state.ts'
import { createSingleFlight } from './single-flight.ts'

export interface Catalog {
  readonly load: LoadState
  /** The store is being asked, by a person or by the clock. */
  readonly refreshing: boolean
  readonly packages: readonly PackageSummary[]
  /** The packages', in their order: made as the packages come, so that no search has to wait for them. */
  readonly searchTexts: readonly SearchText[]
  readonly unreadable: readonly UnreadableEntry[]
  /** ISO 8601; absent before the first answer. */
  readonly refreshedAt?: string
}

const emptyCatalog: Catalog = { load: loading, refreshing: false, packages: [], searchTexts: [], unreadable: [] }

interface PackagesState {
  readonly catalogs: Readonly<Record<string, Catalog>>
}

export const usePackages = create<PackagesState>(() => ({ catalogs: {} }))

const setCatalog = (connectionId: string, changes: Partial<Catalog>) =>
  usePackages.setState(({ catalogs }) => ({
    catalogs: { ...catalogs, [connectionId]: { ...(catalogs[connectionId] ?? emptyCatalog), ...changes } },
  }))

const flights = new Map<string, () => Promise<void>>()
const wantsRefresh = new Set<string>()

/** Fetches the catalog of a connection; with `refresh` the store itself is asked. Never rejects: a failure is in the catalog's `load`. */
export function fetchCatalog(connectionId: string, { refresh = false } = {}): Promise<void> {
  if (refresh) wantsRefresh.add(connectionId)
  const flight = flights.get(connectionId) ?? createSingleFlight(() => askFor(connectionId))
  flights.set(connectionId, flight)
  return flight()
}

async function askFor(connectionId: string): Promise<void> {
  const refresh = wantsRefresh.delete(connectionId)
  setCatalog(connectionId, { refreshing: refresh })
  try {
    const { packages, searchTexts, unreadable, refreshedAt } = await listInPieces(connectionId, refresh)
    setCatalog(connectionId, { load: ready, refreshing: false, packages, searchTexts, unreadable, refreshedAt })
  } catch (error) {
    setCatalog(connectionId, { load: { kind: 'failed', error: toAppError(error) }, refreshing: false })
  }
}

/** Packages that cross at once: a few milliseconds of work for the host and for the window. */
const pieceLength = 1000

async function listInPieces(connectionId: string, refresh: boolean) {
  const first = await client.catalog.list({ connectionId, refresh, count: pieceLength })
  const packages = [...first.packages]
  const searchTexts = packages.map(toSearchText)
  while (packages.length < first.total) {
    const next = await client.catalog.list({ connectionId, from: packages.length, count: pieceLength })
    // Another list came between.
    if (next.refreshedAt !== first.refreshedAt || next.packages.length === 0) return listInPieces(connectionId, false)
    packages.push(...next.packages)
    searchTexts.push(...next.packages.map(toSearchText))
  }
  return { ...first, packages, searchTexts }
}

const freshForMs = 10_000

/** Shows what is known of a connection at once, then asks its store, unless it was asked a moment ago. Never rejects. */
export async function showThenRefresh(connectionId: string): Promise<void> {
  await fetchCatalog(connectionId)
  const { load, refreshedAt } = usePackages.getState().catalogs[connectionId] ?? emptyCatalog
  const isFresh = refreshedAt !== undefined && Date.now() - Date.parse(refreshedAt) < freshForMs
  if (load.kind === 'ready' && !isFresh) await fetchCatalog(connectionId, { refresh: true })
}

/** A connection was changed or removed: what was listed of it is no longer true. */
export function forgetCatalog(connectionId: string): void {
  flights.delete(connectionId)
  usePackages.setState(({ catalogs }) => {
    const { [connectionId]: _forgotten, ...others } = catalogs
    return { catalogs: others }
  })
}

/** The connections whose catalogs the window holds. */
export const heldCatalogs = (): readonly string[] => Object.keys(usePackages.getState().catalogs)

export const useCatalog = (connectionId: string | undefined): Catalog =>
  usePackages(({ catalogs }) => (connectionId === undefined ? undefined : catalogs[connectionId]) ?? emptyCatalog)
