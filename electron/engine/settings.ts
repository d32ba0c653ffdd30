import path from 'node:path'
import * as z from 'zod'
import { type Library, type Settings, settings } from '../../shared/model/settings.ts'
import type { Disk, Log } from './ports.ts'

/**
 * `<home>/settings.json`: {format: 1, settings, libraries}. Read anew where another process may have changed it, replaced as a whole.
 * A damaged file is kept aside as `settings.json.damaged-<n>` and said in the log; Orbital then starts with its defaults.
 */
export interface SettingsFile {
  get(): Settings
  set(changes: Partial<Settings>): Settings
  libraries(): readonly StoredLibrary[]
  setLibraries(libraries: readonly StoredLibrary[]): void
}

const storedLibrary = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  oneVersionPerPackage: z.boolean().default(false),
})
export type StoredLibrary = Readonly<Omit<Library, 'isDefault' | 'available'>>

const content = z.object({
  format: z.literal(1),
  settings: settings.prefault({}),
  libraries: z.array(storedLibrary).default([]),
})
type Content = z.infer<typeof content>

export function createSettingsFile(deps: {
  readonly disk: Disk
  readonly log: Log
  readonly home: string
}): SettingsFile {
  const { disk, log } = deps
  const file = path.join(deps.home, 'settings.json')

  const setAside = (bytes: Uint8Array): Content => {
    for (let n = 1; ; n++) {
      if (disk.facts(`${file}.damaged-${n}`) !== undefined) continue
      disk.create(`${file}.damaged-${n}`, bytes)
      log.write('warn', 'settings.damaged', { keptAs: `settings.json.damaged-${n}` })
      return content.parse({ format: 1 })
    }
  }
  const read = (): Content => {
    const bytes = disk.read(file, { maxBytes: 4_000_000 })
    if (bytes === undefined) return content.parse({ format: 1 })
    const parsed = content.safeParse(parseJson(bytes))
    return parsed.success ? parsed.data : setAside(bytes)
  }
  const write = (next: Content) => {
    disk.makeFolder(deps.home)
    disk.replace(file, Buffer.from(`${JSON.stringify(next, null, 2)}\n`))
  }
  return {
    get: () => read().settings,
    set(changes) {
      const before = read()
      const next = { ...before, settings: settings.parse({ ...before.settings, ...changes }) }
      write(next)
      return next.settings
    },
    libraries: () => read().libraries,
    setLibraries: (libraries) => write({ ...read(), libraries: [...libraries] }),
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
