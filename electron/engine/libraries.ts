import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Library as LibraryFacts } from '../../shared/model/settings.ts'
import type { Disk } from './ports.ts'
import type { SettingsFile, StoredLibrary } from './settings.ts'

/**
 * The libraries of a home: `<home>/library` (id `default`, always there) and the folders that a person added. With `only`, that folder is
 * the one library (the command line's `--library`). `open` makes a library's own object once, at its first use.
 */
export interface Libraries<L> {
  list(): readonly LibraryFacts[]
  /** All that are known on this machine and available, also beside the one of the command line. */
  known(): readonly { readonly name: string; readonly library: L }[]
  /** The default one where no id is given; `library-not-found`. */
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
  const opened = new Map<string, L>()

  const everyOne = (): readonly StoredLibrary[] => {
    const added = settings.libraries()
    // Kept among the added ones once it was changed; where it is, the home decides.
    const changed = added.find(({ id }) => id === builtIn)
    const own = {
      id: builtIn,
      name: changed?.name ?? 'My library',
      path: path.join(deps.home, 'library'),
      oneVersionPerPackage: changed?.oneVersionPerPackage ?? false,
    }
    return [own, ...added.filter((each) => each !== changed)]
  }
  const openOnce = (each: StoredLibrary): L => {
    const library = opened.get(each.id) ?? deps.open(each)
    opened.set(each.id, library)
    return library
  }
  const stored = (): readonly StoredLibrary[] => {
    if (deps.only !== undefined) {
      const known = everyOne().find((each) => samePath(each.path, deps.only ?? ''))
      return [
        known ?? {
          id: idOf(deps.only),
          name: path.basename(deps.only),
          path: path.resolve(deps.only),
          oneVersionPerPackage: false,
        },
      ]
    }
    return everyOne()
  }
  const defaultId = (all: readonly StoredLibrary[]): string => {
    const chosen = settings.get().defaultLibraryId
    return all.find((each) => each.id === chosen)?.id ?? all[0]?.id ?? builtIn
  }
  const factsOf = (each: StoredLibrary, all: readonly StoredLibrary[]): LibraryFacts => ({
    ...each,
    isDefault: each.id === defaultId(all),
    available: isUsable(disk, each.path, deps.only !== undefined || each.id === builtIn),
  })
  const find = (id: string | undefined): LibraryFacts => {
    const all = stored()
    const found = all.find((each) => each.id === (id ?? defaultId(all)))
    if (found === undefined) throw new AppError('library-not-found', { libraryId: id ?? '' })
    return factsOf(found, all)
  }

  /** Two libraries in one folder would delete each other's files as leftovers, and so would one in Orbital's own folders. */
  const refuseNested = (folder: string) => {
    const other = stored().find((each) => isInside(each.path, folder) || isInside(folder, each.path))
    if (other !== undefined)
      throw new AppError('usage', { problem: `A library can’t lie inside another one: ${folder} and ${other.path}` })
    const own = ['state', 'registry', 'logs', 'electron'].map((name) => path.join(deps.home, name))
    if (own.some((each) => samePath(each, folder) || isInside(folder, each)))
      throw new AppError('usage', { problem: `${folder} is a folder of Orbital’s own.` })
  }

  return {
    list: () => stored().map((each, _, all) => factsOf(each, all)),
    get(id) {
      const facts = find(id)
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
        if (stored().some((each) => samePath(each.path, folder))) throw new AppError('already-exists', { what: folder })
        refuseNested(folder)
      }
      refuseTaken()
      disk.makeFolder(folder)
      const added = {
        id: idOf(folder),
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
      settings.changeLibraries((libraries) => {
        const found = everyOne().find((each) => each.id === id)
        if (found === undefined) throw new AppError('library-not-found', { libraryId: id })
        const changed = {
          ...found,
          name: name ?? found.name,
          oneVersionPerPackage: oneVersionPerPackage ?? found.oneVersionPerPackage,
        }
        const isKept = libraries.some((each) => each.id === id)
        return isKept ? libraries.map((each) => (each.id === id ? changed : each)) : [...libraries, changed]
      })
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
  }
}

const samePath = (a: string, b: string): boolean => path.resolve(a) === path.resolve(b)
/** The same folder has the same id in every process. */
const idOf = (folder: string): string =>
  `l-${createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 12)}`

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

/** Below it, however deep, and not the same. */
function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner)
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative)
}
