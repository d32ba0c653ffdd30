import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection } from '../shared/model/connection.ts'
import type { Settings } from '../shared/model/settings.ts'

export interface HomeContent {
  readonly settings?: Partial<Settings>
  /** Folder connections by name; the first one is the default. */
  readonly folders?: Readonly<Record<string, string>>
}

/** Writes a home as an earlier run would have left it (docs/formats/home.md). */
export async function writeHome(home: string, { settings, folders = {} }: HomeContent): Promise<void> {
  await mkdir(home, { recursive: true })
  const connections = Object.entries(folders).map(
    ([name, path]): Pick<Connection, 'id' | 'name' | 'location'> => ({
      id: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      name,
      location: { kind: 'folder', path, root: '' },
    }),
  )
  const [first] = connections
  await write('settings.json', { format: 1, settings: { ...settings }, libraries: [] })
  if (first !== undefined) await write('connections.json', { format: 1, defaultId: first.id, connections })

  async function write(name: string, content: unknown): Promise<void> {
    await writeFile(join(home, name), JSON.stringify(content))
  }
}
