import { create } from 'zustand'
import { type AppError, isAppError, toAppError } from '../../shared/errors.ts'
import type { PackageSummary, UnreadableEntry } from '../../shared/model/package.ts'
import { type SearchText, toSearchText } from '../../shared/model/search.ts'
import { client } from '../ipc/link.ts'
import { type LoadState, loading, ready } from './load-state.ts'
import { mergeList, mergeUnreadable } from './merge-list.ts'
import { createSingleFlight } from './single-flight.ts'

export interface Catalog {
  /** While it is loading there may be packages already: the newest ones. */
  readonly load: LoadState
  /** How many packages there will be, while only the newest are here. */
  readonly incoming?: number
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
  const flight: () => Promise<void> =
    flights.get(connectionId) ??
    createSingleFlight(() => askFor(connectionId, () => flights.get(connectionId) === flight))
  flights.set(connectionId, flight)
  return flight()
}

/** `isWanted`: false once the connection was forgotten: what comes is of the place that it led to. */
async function askFor(connectionId: string, isWanted: () => boolean): Promise<void> {
  const refresh = wantsRefresh.delete(connectionId)
  const take = (changes: Partial<Catalog>) => {
    if (isWanted()) setCatalog(connectionId, changes)
  }
  take({ refreshing: refresh })
  try {
    const { packages, searchTexts, unreadable, refreshedAt } = await listAgain(connectionId, refresh, take)
    const list = { packages, searchTexts, unreadable, refreshedAt }
    take({ load: ready, refreshing: false, ...list, incoming: undefined })
  } catch (error) {
    const partly = isLoading(connectionId) ? { packages: [], incoming: undefined } : {}
    take({ load: { kind: 'failed', error: toAppError(error) }, refreshing: false, ...partly })
  }
}

type List = Pick<Catalog, 'packages' | 'searchTexts' | 'unreadable' | 'refreshedAt'>
type Take = (changes: Partial<Catalog>) => void

/** Only what is another crosses, where the engine knows what this window has. */
async function listAgain(connectionId: string, refresh: boolean, take: Take): Promise<List> {
  const { refreshedAt: since } = usePackages.getState().catalogs[connectionId] ?? emptyCatalog
  if (since === undefined) return listInPieces(connectionId, refresh, take)
  const changes = await client.catalog.changes({ connectionId, since, refresh })
  const held = usePackages.getState().catalogs[connectionId]
  // The connection was changed meanwhile, or the engine is another one.
  if (changes.kind === 'list-anew' || held?.refreshedAt !== since) return listInPieces(connectionId, false, take)
  const unreadable = mergeUnreadable(held.unreadable, changes.unreadable)
  return { ...mergeList(held, changes), unreadable, refreshedAt: changes.refreshedAt }
}

/** Packages that cross at once: a few milliseconds of work for the host and for the window. */
const pieceLength = 1000

/** Of a long list these are shown until all of it is here. */
const newestCount = 100

async function listInPieces(connectionId: string, refresh: boolean, take: Take): Promise<List> {
  const isFirst = isLoading(connectionId)
  const newest = isFirst ? { newest: newestCount } : {}
  const listed = new AbortController()
  if (isFirst && !refresh) void showKept(connectionId, take, listed.signal)
  const first = await client.catalog
    .list({ connectionId, refresh, count: pieceLength, ...newest })
    .finally(() => listed.abort())
  if (first.newest !== undefined) take({ packages: first.newest, incoming: first.total })
  const packages = [...first.packages]
  const searchTexts = packages.map(toSearchText)
  const ask = (from: number) => client.catalog.list({ connectionId, from, count: pieceLength })
  // The engine makes the next piece while the window takes this one.
  let next = packages.length < first.total ? ask(packages.length) : undefined
  while (next !== undefined) {
    const piece = await next
    // Another list came between.
    if (piece.refreshedAt !== first.refreshedAt || piece.packages.length === 0)
      return listInPieces(connectionId, false, take)
    const taken = packages.length + piece.packages.length
    next = taken < first.total ? ask(taken) : undefined
    // What fails is told where it is waited for.
    next?.catch(() => {})
    packages.push(...piece.packages)
    searchTexts.push(...piece.packages.map(toSearchText))
  }
  return { ...first, packages, searchTexts }
}

/** Until the list comes, what was kept of its beginning; whoever has nothing kept sees that it loads. Never rejects. */
async function showKept(connectionId: string, take: Take, signal: AbortSignal): Promise<void> {
  // The list itself tells what fails.
  const kept = await client.catalog.newestKept({ connectionId }, { signal }).catch(() => undefined)
  if (kept === undefined || kept.packages.length === 0 || signal.aborted) return
  take({ packages: kept.packages, incoming: kept.total })
}

const isLoading = (connectionId: string): boolean =>
  (usePackages.getState().catalogs[connectionId] ?? emptyCatalog).load.kind === 'loading'

const freshForMs = 10_000

/**
 * Shows what is known of a connection at once, then asks its store, unless this window had it asked a moment ago: a list that another
 * process fetched may be older than what it published since. Never rejects.
 */
export async function showThenRefresh(connectionId: string): Promise<void> {
  const isKnown = usePackages.getState().catalogs[connectionId] !== undefined
  const freshSinceMs = Date.now() - (isKnown ? freshForMs : 0)
  await fetchCatalog(connectionId)
  const { load, refreshedAt } = usePackages.getState().catalogs[connectionId] ?? emptyCatalog
  const isFresh = refreshedAt !== undefined && Date.parse(refreshedAt) >= freshSinceMs
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

/** Why the list is not of now, as it is said beside its age: the store can't be reached, has too much to do, or refuses. */
export const whyOld = (error: AppError): 'offline' | 'busy' | 'listFrom' =>
  isAppError(error, 'network-unreachable', 'network-interrupted')
    ? 'offline'
    : isAppError(error, 'store-busy')
      ? 'busy'
      : 'listFrom'

/** The connections whose catalogs the window holds. */
export const heldCatalogs = (): readonly string[] => Object.keys(usePackages.getState().catalogs)

export const isRefreshing = (connectionId: string | undefined): boolean =>
  connectionId !== undefined && usePackages.getState().catalogs[connectionId]?.refreshing === true

export const useCatalog = (connectionId: string | undefined): Catalog =>
  usePackages(({ catalogs }) => (connectionId === undefined ? undefined : catalogs[connectionId]) ?? emptyCatalog)
