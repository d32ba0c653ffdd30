import path from 'node:path'
import * as z from 'zod'
import { type Settings, settings, settingsChanges } from '../../shared/model/settings.ts'
import { createFileLock } from './file-lock.ts'
import { parseJson } from './parse-json.ts'
import type { Disk, Log } from './ports.ts'

/**
 * `<home>/settings.json`: {format: 1, settings, libraries}. Read anew where another process may have changed it, changed under a lock, replaced
 * as a whole.
 * A damaged file is kept aside as `settings.json.damaged-<n>`, once, and said in the log; what can be read of it stays in use.
 */
export interface SettingsFile {
  get(): Settings
  set(changes: Partial<Settings>): Settings
  libraries(): readonly StoredLibrary[]
  /** `change` is given the libraries as they are now, and answers what they become. */
  changeLibraries(change: (libraries: readonly StoredLibrary[]) => readonly StoredLibrary[]): void
}

const storedLibrary = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  oneVersionPerPackage: z.boolean().default(false),
  /** While it is being renamed: where to. */
  movingTo: z.string().optional(),
  /** While it is being copied to another volume: where to. It is all in `path` until then. */
  copyingTo: z.string().optional(),
  /** Of the built-in one: it is no longer in its home. */
  moved: z.boolean().optional(),
})
export type StoredLibrary = Readonly<z.infer<typeof storedLibrary>>

const content = z.object({
  format: z.literal(1),
  // What another version of Orbital set besides is no damage.
  settings: settings.strip().prefault({}),
  libraries: z.array(storedLibrary).default([]),
})
type Content = z.infer<typeof content>
const parts = z
  .object({ settings: z.record(z.string(), z.unknown()).catch({}), libraries: z.array(z.unknown()).catch([]) })
  .catch({ settings: {}, libraries: [] })

export function createSettingsFile(deps: {
  readonly disk: Disk
  readonly log: Log
  readonly home: string
  readonly onDamaged?: (file: string, keptAs: string) => void
}): SettingsFile {
  const { disk, log } = deps
  const file = path.join(deps.home, 'settings.json')
  const lock = createFileLock({ disk, file })

  const setAside = (bytes: Uint8Array) => {
    for (let n = 1; ; n++) {
      if (disk.facts(`${file}.damaged-${n}`) !== undefined) continue
      disk.create(`${file}.damaged-${n}`, bytes)
      log.write('warn', 'settings.damaged', { keptAs: `settings.json.damaged-${n}` })
      deps.onDamaged?.(file, `${file}.damaged-${n}`)
      return
    }
  }
  const read = (): Content => readWhole() ?? lock.hold(mend)
  /** Undefined when it is damaged. */
  const readWhole = (): Content | undefined => {
    const bytes = disk.read(file, { maxBytes: 4_000_000 })
    return bytes === undefined ? content.parse({ format: 1 }) : content.safeParse(parseJson(bytes)).data
  }
  const mend = (): Content => {
    const bytes = disk.read(file, { maxBytes: 4_000_000 }) ?? new Uint8Array()
    const json = parseJson(bytes)
    // Another process may have done it meanwhile.
    const parsed = content.safeParse(json)
    if (parsed.success) return parsed.data
    setAside(bytes)
    const readable = readableOf(json)
    write(readable)
    return readable
  }
  const write = (next: Content) => {
    disk.makeFolder(deps.home)
    disk.replace(file, Buffer.from(`${JSON.stringify(next, null, 2)}\n`))
  }
  return {
    get: () => read().settings,
    set: (changes) =>
      lock.hold(() => {
        const before = read()
        const next = { ...before, settings: settings.parse({ ...before.settings, ...changes }) }
        write(next)
        return next.settings
      }),
    libraries: () => read().libraries,
    changeLibraries: (change) =>
      lock.hold(() => {
        const before = read()
        write({ ...before, libraries: [...change(before.libraries)] })
      }),
  }
}

/** Each setting and each library that is right by itself. */
function readableOf(json: unknown): Content {
  const { settings: stored, libraries } = parts.parse(json)
  const isRight = ([name, value]: readonly [string, unknown]) => settingsChanges.safeParse({ [name]: value }).success
  return {
    format: 1,
    settings: settings.parse(Object.fromEntries(Object.entries(stored).filter(isRight))),
    libraries: libraries.flatMap((each) => storedLibrary.safeParse(each).data ?? []),
  }
}
