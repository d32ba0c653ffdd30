import type { Announcer, Change } from '../../shared/ipc/events.ts'
import type { Catalog } from './catalog/catalog.ts'
import type { Connections } from './connections/connections.ts'
import type { Libraries } from './libraries.ts'
import type { Library } from './library/library.ts'
import type { Watched } from './news-of-others.ts'
import type { Disk } from './ports.ts'
import type { SettingsFile } from './settings.ts'
import { stampOf } from './stamp-of.ts'

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
  const { disk, settings, connections, catalog, libraries, announcer } = parts
  const marked = (key: string, mark: () => string, tell: () => void): Watched => ({ key, mark, tell })
  return [
    marked('settings', () => marksOfSettings(settings), parts.onSettingsChanged),
    marked(
      'connections',
      () => JSON.stringify(connections.list()),
      () => announcer.change({ kind: 'connections.changed' }),
    ),
    marked(
      'libraries',
      () => JSON.stringify(libraries.list()),
      () => announcer.change({ kind: 'libraries.changed' }),
    ),
    ...libraries.list().flatMap(({ id, available }) => {
      if (!available) return []
      const { root, trash, versions } = libraries.get(id).library.places
      return marked(
        ofLibrary(id),
        () => JSON.stringify([root, ...[root, trash, versions].map((each) => stampOf(disk, each))]),
        () => announcer.change({ kind: 'installed.changed', libraryId: id }),
      )
    }),
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
