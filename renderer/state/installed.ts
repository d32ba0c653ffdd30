import { create } from 'zustand'
import { toAppError } from '../../shared/errors.ts'
import type { DiskUsage, InstalledVersion, TrashEntry } from '../../shared/model/installed.ts'
import type { PackageRef } from '../../shared/model/package.ts'
import type { Library } from '../../shared/model/settings.ts'
import { client } from '../ipc/link.ts'
import { type LoadState, loading, ready } from './load-state.ts'
import { createSingleFlight } from './single-flight.ts'

interface InstalledState {
  readonly load: LoadState
  readonly libraries: readonly Library[]
  /** The one that a person chose to look at. */
  readonly chosenId?: string
  readonly versionsByLibrary: Readonly<Record<string, readonly InstalledVersion[]>>
  readonly trashByLibrary: Readonly<Record<string, readonly TrashEntry[]>>
  /** Versions whose description was damaged: not listed, but Repair brings them back. */
  readonly unreadableByLibrary: Readonly<Record<string, readonly PackageRef[]>>
  readonly usageByLibrary: Readonly<Record<string, DiskUsage>>
  /** Why a library can't be read now. */
  readonly failureByLibrary: Readonly<Record<string, LoadState>>
}

export const useInstalled = create<InstalledState>(() => ({
  load: loading,
  libraries: [],
  versionsByLibrary: {},
  trashByLibrary: {},
  unreadableByLibrary: {},
  usageByLibrary: {},
  failureByLibrary: {},
}))

interface Looks {
  list(): Promise<void>
  measure(): Promise<void>
}
const looks = new Map<string, Looks>()

/** Fetches what is in one library, its trash and its disk usage. Never rejects. */
export async function fetchLibrary(libraryId: string): Promise<void> {
  const { list, measure } = looksAt(libraryId)
  await Promise.all([list(), measure()])
}

/** The same without its disk usage. */
export const listLibrary = (libraryId: string): Promise<void> => looksAt(libraryId).list()

/** Measuring the disk takes longer than listing: rows never wait for it. */
function looksAt(libraryId: string): Looks {
  const known = looks.get(libraryId)
  if (known !== undefined) return known
  const made = {
    list: createSingleFlight(() => keepFailure(libraryId, fetchLists)),
    measure: createSingleFlight(() => keepFailure(libraryId, fetchUsage)),
  }
  looks.set(libraryId, made)
  return made
}

async function keepFailure(libraryId: string, fetch: (id: string) => Promise<void>): Promise<void> {
  try {
    await fetch(libraryId)
  } catch (error) {
    const failed: LoadState = { kind: 'failed', error: toAppError(error) }
    useInstalled.setState((state) => ({ failureByLibrary: { ...state.failureByLibrary, [libraryId]: failed } }))
  }
}

async function fetchLists(libraryId: string): Promise<void> {
  const [versions, unreadable, trash] = await Promise.all([
    client.installed.list({ libraryId }),
    client.installed.unreadable({ libraryId }),
    client.trash.list({ libraryId }),
  ])
  useInstalled.setState((state) => ({
    versionsByLibrary: { ...state.versionsByLibrary, [libraryId]: versions },
    unreadableByLibrary: { ...state.unreadableByLibrary, [libraryId]: unreadable },
    trashByLibrary: { ...state.trashByLibrary, [libraryId]: trash },
    failureByLibrary: { ...state.failureByLibrary, [libraryId]: ready },
  }))
}

async function fetchUsage(libraryId: string): Promise<void> {
  const usage = await client.disk.usage({ libraryId })
  useInstalled.setState((state) => ({ usageByLibrary: { ...state.usageByLibrary, [libraryId]: usage } }))
}

/** Of so many a look takes long, and thousands may change one after the other. */
const manyVersions = 1000
const restShare = 2
const mostRestMs = 5000
const followed = new Map<Looks[keyof Looks], { isAgain: boolean }>()

/** For the engine's word that something changed: a large library is looked at again after a rest of as many times as long as that takes. */
export function followLibrary(libraryId: string): void {
  const { list, measure } = looksAt(libraryId)
  void follow(libraryId, list)
  void follow(libraryId, measure)
}

async function follow(libraryId: string, look: Looks[keyof Looks]): Promise<void> {
  const running = followed.get(look)
  if (running !== undefined) {
    running.isAgain = true
    return
  }
  const own = { isAgain: true }
  followed.set(look, own)
  while (own.isAgain) {
    own.isAgain = false
    const startedMs = performance.now()
    await look()
    const { versionsByLibrary, trashByLibrary } = useInstalled.getState()
    const count = (versionsByLibrary[libraryId]?.length ?? 0) + (trashByLibrary[libraryId]?.length ?? 0)
    const tookMs = performance.now() - startedMs
    const restMs = count < manyVersions ? 0 : Math.min(mostRestMs, restShare * tookMs)
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
  }
  followed.delete(look)
}

/** Fetches the libraries and everything in them. Never rejects. */
export const fetchLibraries = createSingleFlight(async () => {
  try {
    const libraries = await client.libraries.list({})
    useInstalled.setState({ libraries })
    await Promise.all(libraries.filter(({ available }) => available).map(({ id }) => fetchLibrary(id)))
    useInstalled.setState({ load: ready })
  } catch (error) {
    useInstalled.setState({ load: { kind: 'failed', error: toAppError(error) } })
  }
})

/** The library that installs go to when none is chosen. */
export const useDefaultLibrary = (): Library | undefined =>
  useInstalled(({ libraries }) => libraries.find(({ isDefault }) => isDefault) ?? libraries[0])
/** The library that the Installed page shows: the default one, until another is chosen. */
export function useShownLibrary(): Library | undefined {
  const chosen = useInstalled(({ libraries, chosenId }) => libraries.find(({ id }) => id === chosenId))
  const byDefault = useDefaultLibrary()
  return chosen ?? byDefault
}
export const showLibrary = (id: string): void => useInstalled.setState({ chosenId: id })
export const useDiskUsage = (libraryId: string | undefined): DiskUsage | undefined =>
  useInstalled(({ usageByLibrary }) => (libraryId === undefined ? undefined : usageByLibrary[libraryId]))

/** Every installed version of all libraries, in one list. Memoise on the two fields that it reads. */
export const allInstalled = ({
  libraries,
  versionsByLibrary,
}: Pick<InstalledState, 'libraries' | 'versionsByLibrary'>): readonly InstalledVersion[] =>
  libraries.flatMap(({ id }) => versionsByLibrary[id] ?? [])
