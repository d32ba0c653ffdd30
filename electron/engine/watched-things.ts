import type { Announcer, Change } from '../../shared/ipc/events.ts'
import type { Catalog } from './catalog/catalog.ts'
import type { Connections } from './connections/connections.ts'
import type { Libraries } from './libraries.ts'
import type { Library } from './library/library.ts'
import { type LibraryPlaces, placesOf } from './library/places.ts'
import type { Watched } from './news-of-others.ts'
import type { Disk, FileFacts } from './ports.ts'
import type { SettingsFile } from './settings.ts'
import { stampOfFacts } from './stamp-of.ts'

interface Parts {
  readonly disk: Disk
  readonly settings: SettingsFile
  readonly connections: Connections
  readonly catalog: Catalog
  readonly libraries: Libraries<Library>
  /** Without its marks: for what others did. */
  readonly announcer: Announcer
  onSettingsChanged(): void
}

const ofLibrary = (id: string) => `library ${id}`

/** What other processes of this home may change: its settings, its connections, what is in its libraries, and what was taken out of a bucket. */
export function watchedThings(parts: Parts): readonly Watched[] {
  const { settings, connections, catalog, libraries, announcer } = parts
  const librariesChanged = () => announcer.change({ kind: 'libraries.changed' })
  const marked = (key: string, mark: () => string, tell: () => void): Watched => ({ key, mark, tell })
  return [
    marked('settings', () => marksOfSettings(settings), parts.onSettingsChanged),
    marked(
      'connections',
      () => JSON.stringify(connections.list()),
      () => announcer.change({ kind: 'connections.changed' }),
    ),
    marked('libraries', () => marksOfLibraries(parts), librariesChanged),
    ...libraries.written().flatMap(({ id }) => watchedLibrary(parts, id, librariesChanged)),
    ...connections.list().map(({ id }) =>
      marked(
        `catalog ${id}`,
        () => catalog.noteOf(id),
        () => {
          catalog.expire(id)
          announcer.change({ kind: 'catalog.changed', connectionId: id })
        },
      ),
    ),
  ]
}

/** Which library is the default one is a matter of the libraries. */
const marksOfSettings = (file: SettingsFile): string => {
  const { defaultLibraryId: _, ...others } = file.get()
  return JSON.stringify(others)
}

const marksOfLibraries = ({ libraries, settings }: Parts): string => {
  const shown = libraries
    .written()
    .map(({ id, name, path, oneVersionPerPackage }) => [id, name, path, oneVersionPerPackage])
  return JSON.stringify([settings.get().defaultLibraryId, ...shown])
}

/** Whether it is there, and what is in it. Where it lies is read anew, since it may have been moved. */
function watchedLibrary({ disk, libraries, announcer }: Parts, id: string, librariesChanged: () => void): Watched[] {
  type Found = readonly (FileFacts | undefined)[]
  const library = () => libraries.written().find((each) => each.id === id)
  const watched = (
    key: string,
    partsOf: (places: LibraryPlaces) => readonly string[],
    toMark: (found: Found, root: string) => string | undefined,
    tell: () => void,
  ): Watched => {
    const places = () => placesOf(library()?.path ?? '')
    const mark = () =>
      toMark(
        partsOf(places()).map((each) => factsNow(disk, each)),
        places().root,
      )
    const markLater = async () => {
      const found: (FileFacts | undefined)[] = []
      // One after the other: each that doesn't answer holds one of the few threads there are. What can't be looked at counts as gone; using it tells why.
      for (const each of partsOf(places())) found.push(await disk.factsLater(each).catch(() => undefined))
      return toMark(found, places().root)
    }
    return { key, mark, slow: { place: id, markLater }, tell }
  }
  const isThere = (root: FileFacts | undefined) => root !== undefined || library()?.mayBeMade === true
  return [
    // A link is looked through: what it leads to may be away.
    watched(
      `place ${id}`,
      ({ root, own }) => [root, own],
      ([root, own]) => (root?.kind === 'symlink' ? `link ${own !== undefined}` : `${isThere(root)}`),
      librariesChanged,
    ),
    watched(
      ofLibrary(id),
      ({ root, trash, versions }) => [root, trash, versions],
      (found, root) => (isThere(found[0]) ? JSON.stringify([root, ...found.map(stampOfFacts)]) : undefined),
      () => announcer.change({ kind: 'installed.changed', libraryId: id }),
    ),
  ]
}

/** Nothing where it can't be looked at. */
function factsNow(disk: Disk, target: string): FileFacts | undefined {
  try {
    return disk.facts(target)
  } catch {
    return undefined
  }
}

/** What a change of this process tells of. That of a catalog is left out: it may be of a listing from before another's note. */
export function toldBy(change: Change): { readonly keys: readonly string[]; readonly anew: boolean } {
  switch (change.kind) {
    case 'settings.changed':
      return { keys: ['settings'], anew: false }
    case 'connections.changed':
      return { keys: ['connections'], anew: true }
    case 'libraries.changed':
      return { keys: ['libraries'], anew: true }
    case 'installed.changed':
      return { keys: [ofLibrary(change.libraryId)], anew: false }
    default:
      return { keys: [], anew: false }
  }
}
