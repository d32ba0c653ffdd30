import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Library as LibraryFacts } from '../../shared/model/settings.ts'
import { isInside } from './is-inside.ts'
import { isClutter } from './move/clutter.ts'
import type { Disk } from './ports.ts'
import type { SettingsFile, StoredLibrary } from './settings.ts'

/**
 * The libraries of a home: `<home>/library` (id `default`, always there) and the folders that a person added. With `only`, that folder is
 * the one library (the command line's `--library`). `open` makes a library's own object once, at its first use.
 */
export interface Libraries<L> {
  list(): readonly LibraryFacts[]
  /** Those of the home as its settings have them: nothing of theirs is looked at, so a share that doesn't answer holds up nobody. */
  written(): readonly (StoredLibrary & { readonly mayBeMade: boolean })[]
  /** All that are known on this machine and available, also beside the one of the command line. */
  known(): readonly { readonly name: string; readonly library: L }[]
  /** The default one where no id is given; `library-not-found`; `usage` for an `only` that lies in or around a known one or in a folder of Orbital's. */
  get(id: string | undefined): { readonly facts: LibraryFacts; readonly library: L }
  add(input: {
    readonly path: string
    readonly name?: string | undefined
    readonly oneVersionPerPackage?: boolean | undefined
  }): LibraryFacts
  /** What is given changes. Nothing installed is touched: with one version a package from now on, the others go when the next is installed. */
  update(
    id: string,
    changes: { readonly name?: string | undefined; readonly oneVersionPerPackage?: boolean | undefined },
  ): LibraryFacts
  remove(id: string): void
  setDefault(id: string): void
  /**
   * Whether a library may lie at `to` instead: `usage`, `already-exists` (something is there), `path-not-found` (its parent isn't). `own` is the
   * name of what the move itself has put there.
   */
  checkMove(id: string, to: string, own?: string): void
  /** Until `endMove` or `cancelMove` the library is in its old place or, once that is gone, at `to`, so that a rename needs no moment of its own. */
  beginMove(id: string, to: string): void
  /** Until `endMove` or `cancelMove` no library may be added at `to`; this one is in its old place. */
  beginCopy(id: string, to: string): void
  endMove(id: string, to: string): void
  cancelMove(id: string): void
}

const builtIn = 'default'

export function createLibraries<L>(deps: {
  readonly disk: Disk
  readonly settings: SettingsFile
  readonly home: string
  readonly only?: string
  open(library: StoredLibrary): L
}): Libraries<L> {
  const { disk, settings } = deps
  const opened = new Map<string, { readonly path: string; readonly library: L }>()
  const home = path.join(deps.home, 'library')

  /** As they are written, but the built-in one, which is always there. */
  const written = (): readonly StoredLibrary[] => {
    const added = settings.libraries()
    // Kept among the added ones once it was changed; where it is, the home decides until it is moved.
    const changed = added.find(({ id }) => id === builtIn)
    const own = {
      ...changed,
      id: builtIn,
      name: changed?.name ?? 'My library',
      path: changed?.moved === true ? changed.path : home,
      oneVersionPerPackage: changed?.oneVersionPerPackage ?? false,
    }
    return [own, ...added.filter((each) => each !== changed)]
  }
  const everyOne = (): readonly StoredLibrary[] => written().map((each) => ({ ...each, path: placeOf(disk, each) }))
  const openOnce = (each: StoredLibrary): L => {
    const known = opened.get(each.id)
    // Another process may have moved it.
    const library = known?.path === each.path ? known.library : deps.open(each)
    opened.set(each.id, { path: each.path, library })
    return library
  }
  const change = (id: string, to: (library: StoredLibrary) => StoredLibrary) =>
    settings.changeLibraries((libraries) => {
      const found = written().find((each) => each.id === id)
      if (found === undefined) throw new AppError('library-not-found', { libraryId: id })
      const isKept = libraries.some((each) => each.id === id)
      return isKept ? libraries.map((each) => (each.id === id ? to(found) : each)) : [...libraries, to(found)]
    })
  /** As it is written where a folder on the way can't be read. */
  const realOf = (folder: string): string => {
    try {
      return disk.realPath(folder)
    } catch (error) {
      if (error instanceof AppError) return path.resolve(folder)
      throw error
    }
  }
  const isSameFolder = (a: string, b: string) => samePath(a, b) || samePath(realOf(a), realOf(b))
  const knownOnly = () => everyOne().find((each) => isSameFolder(each.path, deps.only ?? ''))
  const stored = (): readonly StoredLibrary[] => {
    if (deps.only !== undefined) {
      return [
        knownOnly() ?? {
          id: idOf(deps.only),
          name: path.basename(deps.only),
          path: path.resolve(deps.only),
          oneVersionPerPackage: false,
        },
      ]
    }
    return everyOne()
  }
  const mayBeMade = ({ id, moved }: StoredLibrary) => id === builtIn && moved !== true
  const defaultId = (all: readonly StoredLibrary[]): string => {
    const chosen = settings.get().defaultLibraryId
    return all.find((each) => each.id === chosen)?.id ?? all[0]?.id ?? builtIn
  }
  const factsOf = (each: StoredLibrary, all: readonly StoredLibrary[]): LibraryFacts => {
    const { id, name, path: folder, oneVersionPerPackage } = each
    const available = isUsable(disk, folder, deps.only !== undefined || mayBeMade(each))
    return { id, name, path: folder, oneVersionPerPackage, isDefault: id === defaultId(all), available }
  }
  const find = (id: string | undefined): LibraryFacts => {
    const all = stored()
    const found = all.find((each) => each.id === (id ?? defaultId(all)))
    if (found === undefined) throw new AppError('library-not-found', { libraryId: id ?? '' })
    return factsOf(found, all)
  }

  /** Two libraries in one folder would delete each other's files as leftovers, and so would one in Orbital's own folders. */
  const refuseNested = (folder: string, moved?: string) => {
    const real = realOf(folder)
    const all = [...everyOne(), ...stored()]
    const onItsWay = all.find(({ id, movingTo, copyingTo }) => {
      const target = movingTo ?? copyingTo
      if (id === moved || target === undefined) return false
      const its = realOf(target)
      return samePath(its, real) || isInside(its, real) || isInside(real, its)
    })
    if (onItsWay !== undefined)
      throw new AppError('usage', {
        problem: `${onItsWay.name} is on its way to ${onItsWay.movingTo ?? onItsWay.copyingTo}: choose another folder than ${folder}.`,
      })
    const other = all.find(({ path: place }) => {
      const its = realOf(place)
      return isInside(its, real) || isInside(real, its)
    })
    if (other !== undefined)
      throw new AppError('usage', { problem: `A library can’t lie inside another one: ${folder} and ${other.path}` })
    const own = ['state', 'registry', 'logs', 'electron'].map((name) => realOf(path.join(deps.home, name)))
    if (own.some((each) => samePath(each, real) || isInside(real, each)))
      throw new AppError('usage', { problem: `${folder} is a folder of Orbital’s own.` })
  }

  return {
    list: () => stored().map((each, _, all) => factsOf(each, all)),
    written: () => written().map((each) => ({ ...each, mayBeMade: mayBeMade(each) })),
    get(id) {
      const facts = find(id)
      if (deps.only !== undefined && knownOnly() === undefined) refuseNested(deps.only)
      return { facts, library: openOnce(facts) }
    },
    known() {
      const mine = stored()
      const others = everyOne().filter((each) => !mine.some((own) => samePath(own.path, each.path)))
      return [...mine, ...others]
        .filter((each) => isUsable(disk, each.path, false))
        .map((each) => ({ name: each.name, library: openOnce(each) }))
    },
    add({ path: folder, name, oneVersionPerPackage }) {
      if (!path.isAbsolute(folder))
        throw new AppError('usage', { problem: `A library needs an absolute path, not “${folder}”.` })
      if (!isUsable(disk, folder, true)) throw new AppError('not-a-folder', { path: folder })
      const refuseTaken = () => {
        if (everyOne().some((each) => isSameFolder(each.path, folder)))
          throw new AppError('already-exists', { what: folder })
        refuseNested(folder)
      }
      refuseTaken()
      disk.makeFolder(folder)
      const added = {
        id: freeId(folder, everyOne()),
        name: name ?? path.basename(folder),
        path: folder,
        oneVersionPerPackage: oneVersionPerPackage ?? false,
      }
      settings.changeLibraries((libraries) => {
        // Another process may have added one since.
        refuseTaken()
        return [...libraries, added]
      })
      return find(added.id)
    },
    update(id, { name, oneVersionPerPackage }) {
      change(id, (found) => ({
        ...found,
        name: name ?? found.name,
        oneVersionPerPackage: oneVersionPerPackage ?? found.oneVersionPerPackage,
      }))
      return find(id)
    },
    remove(id) {
      settings.changeLibraries((libraries) => {
        if (id === builtIn || !libraries.some((each) => each.id === id))
          throw new AppError('library-not-found', { libraryId: id })
        return libraries.filter((each) => each.id !== id)
      })
      opened.delete(id)
    },
    setDefault: (id) => void settings.set({ defaultLibraryId: find(id).id }),
    checkMove(id, to, own) {
      const { path: from, available, name } = find(id)
      if (!path.isAbsolute(to))
        throw new AppError('usage', { problem: `A library needs an absolute path, not “${to}”.` })
      if (!available || disk.facts(from) === undefined)
        throw new AppError('not-a-folder', { path: from, use: 'library', name })
      if (disk.facts(from)?.kind === 'symlink')
        throw new AppError('usage', {
          problem: `${from} is a link to another folder: move the folder that it leads to.`,
        })
      if (disk.realPath(from) === disk.realPath(to))
        throw new AppError('usage', { problem: `The library lies in ${to} already.` })
      refuseNested(to, id)
      if (disk.facts(path.dirname(to)) === undefined)
        throw new AppError('path-not-found', { path: path.dirname(to), kind: 'folder' })
      const kind = disk.facts(to)?.kind
      const remedy = 'Choose a folder that is empty or not there.'
      if (kind !== undefined && kind !== 'folder') throw new AppError('already-exists', { what: to, remedy })
      const isForeign = ({ name, kind }: { name: string; kind: string }) =>
        name !== own && !(kind === 'file' && isClutter(name))
      const there = kind === undefined ? undefined : disk.entries(to).find(isForeign)
      if (there !== undefined) throw new AppError('already-exists', { what: path.join(to, there.name), remedy })
    },
    beginMove: (id, to) =>
      change(id, ({ copyingTo: _, ...found }) => {
        refuseNested(to, id)
        return { ...found, movingTo: to }
      }),
    beginCopy: (id, to) =>
      change(id, (found) => {
        // A library may have been added there since it was looked at.
        refuseNested(to, id)
        return { ...found, copyingTo: to }
      }),
    endMove: (id, to) =>
      change(id, ({ movingTo: _, copyingTo: __, moved: ___, ...found }) => ({
        ...found,
        path: to,
        ...(id === builtIn && !samePath(to, home) ? { moved: true } : {}),
      })),
    cancelMove(id) {
      const isOnItsWay = written().some((each) => each.id === id && (each.movingTo ?? each.copyingTo) !== undefined)
      if (isOnItsWay) change(id, ({ movingTo: _, copyingTo: __, ...found }) => found)
    },
  }
}

const samePath = (a: string, b: string): boolean => path.resolve(a) === path.resolve(b)
/** The same folder has the same id in every process. */
const idOf = (folder: string): string =>
  `l-${createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 12)}`

/** Told by its folder, but where that is another library's id: one that lay there and was moved keeps it. */
function freeId(folder: string, all: readonly StoredLibrary[]): string {
  for (let place = folder; ; place += '\n') if (!all.some(({ id }) => id === idOf(place))) return idOf(place)
}

/** Where a library is that may be on its way by a rename. */
function placeOf(disk: Disk, { path: folder, movingTo }: StoredLibrary): string {
  if (movingTo === undefined) return folder
  try {
    const holds = (place: string) => disk.facts(path.join(place, '.orbital')) !== undefined
    const isMoved = !holds(folder) && holds(movingTo)
    return isMoved ? movingTo : folder
  } catch {
    return folder
  }
}

/** A folder, or a link to one; `mayBeMade`: or nothing yet. */
function isUsable(disk: Disk, folder: string, mayBeMade: boolean): boolean {
  try {
    const kind = disk.facts(folder)?.kind
    if (kind === 'symlink') disk.entries(folder)
    return kind === 'folder' || kind === 'symlink' || (kind === undefined && mayBeMade)
  } catch {
    return false
  }
}
