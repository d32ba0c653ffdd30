import path from 'node:path'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { connectionId, location } from '../../../shared/model/connection.ts'
import { createFileLock } from '../file-lock.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk, Log } from '../ports.ts'

const storedConnection = z.object({ id: connectionId, name: z.string().min(1).max(100), location })
export type StoredConnection = Readonly<z.infer<typeof storedConnection>>

const content = z.object({
  format: z.literal(1),
  defaultId: z.string().optional(),
  connections: z.array(z.unknown()),
})

export interface StoredConnections {
  readonly defaultId?: string
  readonly connections: readonly StoredConnection[]
}

/**
 * `<home>/connections.json`: {format: 1, defaultId?, connections}. Holds no secret. Read anew each time (another process may have changed
 * it), changed under a lock, replaced as a whole. What can't be read, the file or an entry of it, is kept as `connections.json.damaged-<n>`; what can be read stays in use.
 */
export function createConnectionFile(deps: {
  readonly disk: Disk
  readonly log: Log
  readonly home: string
  readonly onDamaged?: (file: string, keptAs: string) => void
}) {
  const { disk, log, home } = deps
  const file = path.join(home, 'connections.json')
  const lock = createFileLock({ disk, file })

  const keepAside = (bytes: Uint8Array) => {
    for (let n = 1; ; n += 1) {
      if (disk.facts(`${file}.damaged-${n}`) !== undefined) continue
      disk.create(`${file}.damaged-${n}`, bytes)
      const { code, details } = new AppError('state-damaged', { path: file })
      log.write('error', 'connections.damaged', { code, ...details, keptAs: `connections.json.damaged-${n}` })
      deps.onDamaged?.(file, `${file}.damaged-${n}`)
      return
    }
  }
  const write = ({ defaultId, connections }: StoredConnections) => {
    disk.makeFolder(home)
    const next = { format: 1, ...(defaultId === undefined ? {} : { defaultId }), connections }
    disk.replace(file, Buffer.from(`${JSON.stringify(next, null, 2)}\n`))
  }
  /** With the bytes of the file when something in it is damaged. */
  const parse = (): { readonly found: StoredConnections; readonly bytes: Uint8Array | undefined } => {
    const bytes = disk.read(file, { maxBytes: 4_000_000 })
    if (bytes === undefined) return { found: { connections: [] }, bytes: undefined }
    const parsed = content.safeParse(parseJson(bytes))
    const entries = parsed.success ? parsed.data.connections : []
    const connections = entries.flatMap((entry) => {
      const { data } = storedConnection.safeParse(entry)
      return data === undefined ? [] : [data]
    })
    const defaultId = parsed.data?.defaultId
    const found = { ...(defaultId === undefined ? {} : { defaultId }), connections }
    return { found, bytes: !parsed.success || connections.length < entries.length ? bytes : undefined }
  }
  const mend = (): StoredConnections => {
    const { found, bytes } = parse()
    if (bytes !== undefined) {
      keepAside(bytes)
      write(found)
    }
    return found
  }
  const read = (): StoredConnections => {
    const { found, bytes } = parse()
    return bytes === undefined ? found : lock.hold(mend)
  }
  return {
    read,
    /** `change` is given what is stored now, and answers what it becomes. */
    change: (change: (stored: StoredConnections) => StoredConnections) => lock.hold(() => write(change(read()))),
  }
}
