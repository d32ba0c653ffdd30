import { randomUUID } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import { isAppError } from '../../../shared/errors.ts'
import { parseJson } from '../parse-json.ts'
import type { Clock, Disk } from '../ports.ts'
import { isRunning, type ProcessIdentity, processIdentity, readOwnIdentity } from './process-identity.ts'

/**
 * Leases say which process works on what. They only save double work and keep clean-up away; the atomic rename decides.
 *  1. take: exclusive create of `<name>.json` {who, nonce}. There already → dead? → 3, else it belongs to somebody.
 *  2. Alive: a process of this host by pid, start time and boot; one of another host, or of a system that tells no start (Windows), by a heartbeat
 *     (the file's own time, read against a file written now, so that no two clocks are compared) of less than two minutes ago.
 *  3. Takeover under an exclusive `<name>.takeover`, itself with an identity, so that two don't take the same dead lease: read again,
 *     still the same dead one → replaced by ours.
 *  4. Heartbeat: a byte appended every 30 s, which changes the file's time, if the lease is still ours. A machine that slept looks as soon as
 *     it is awake: another may have taken it. A lease that only vanished is made again; where another's stands, it is lost.
 */
export interface Leases {
  /** Undefined: another living process holds it. `onLost` is called once, when another is seen to have taken it over. */
  take(name: string, onLost?: () => void): Lease | undefined
  /** Held by a living process, this one included. */
  isHeld(name: string): boolean
  /** Deletes dead leases, all but those that `keep` names. */
  clean(keep: (name: string) => boolean): void
}
export interface Lease {
  /** False once another process has it. A folder that can't be read is an error. */
  isOurs(): boolean
  release(): void
}

const heartbeatMs = 30_000
const lookMs = 1000
/** Wall time passed since the last look: the machine slept. */
const sleptMs = 10_000
const deadAfterMs = 120_000
const leaseContent = z.looseObject({ format: z.literal(1), by: processIdentity, nonce: z.string() })
type LeaseContent = Readonly<z.infer<typeof leaseContent>>
const torn: LeaseContent = { format: 1, by: { host: '', pid: 0, startedAt: '', bootId: '' }, nonce: '' }
const tornMs = 1000
/** After a loss of power nobody holds a lease of before it. */
const unsynced = { synced: false }

export function createLeases(deps: {
  readonly disk: Disk
  readonly clock: Clock
  readonly folder: string
  readonly identity?: ProcessIdentity
}): Leases {
  const { disk, folder } = deps
  const by = deps.identity ?? readOwnIdentity(disk)
  const fileOf = (name: string) => path.join(folder, `${name}.json`)

  const readContent = (file: string): LeaseContent | undefined => {
    const bytes = disk.read(file, { maxBytes: 65_536 })
    if (bytes === undefined) return undefined
    // The first line is the lease, what follows are heartbeats.
    const parsed = leaseContent.safeParse(parseJson(Buffer.from(bytes).toString('utf8').split('\n')[0] ?? ''))
    return parsed.success ? parsed.data : torn
  }

  const isAlive = (content: LeaseContent, file: string): boolean => {
    // Being written at this moment, or its writer was killed in the middle.
    if (content === torn) return readFolderNow() - (disk.facts(file)?.modifiedMs ?? 0) < tornMs
    const running = isRunning(disk, content.by)
    if (running !== 'unknown') return running
    const beatMs = disk.facts(file)?.modifiedMs
    return beatMs !== undefined && readFolderNow() - beatMs < deadAfterMs
  }
  /** Now by the clock of whoever keeps the folder (a share has its own). */
  const readFolderNow = (): number => {
    const probe = path.join(folder, `now-${randomUUID()}`)
    disk.create(probe, new Uint8Array(), unsynced)
    const modifiedMs = disk.facts(probe)?.modifiedMs ?? deps.clock.now()
    disk.removeFile(probe)
    return modifiedMs
  }

  const tryCreate = (file: string, nonce: string): boolean => {
    disk.makeFolder(folder)
    return tryCreateIn(file, nonce)
  }
  const tryCreateIn = (file: string, nonce: string): boolean => {
    try {
      disk.create(file, Buffer.from(`${JSON.stringify({ format: 1, by, nonce })}\n`), unsynced)
      return true
    } catch (error) {
      if (isAppError(error, 'already-exists')) return false
      throw error
    }
  }

  const takeOver = (name: string, dead: LeaseContent, nonce: string): boolean => {
    const turn = path.join(folder, `${name}.takeover`)
    if (!tryCreate(turn, nonce)) {
      const other = readContent(turn)
      if (other !== undefined && isAlive(other, turn)) return false
      disk.removeFile(turn)
      if (!tryCreate(turn, nonce)) return false
    }
    try {
      if (readContent(fileOf(name))?.nonce !== dead.nonce) return false
      disk.removeFile(fileOf(name))
      return tryCreate(fileOf(name), nonce)
    } finally {
      disk.removeFile(turn)
    }
  }

  const hold = (name: string, nonce: string, onLost: () => void): Lease => {
    const file = fileOf(name)
    const isOurs = (): boolean => {
      const content = readContent(file)
      return content === undefined ? tryCreateIn(file, nonce) : content.nonce === nonce
    }
    let lookedMs = deps.clock.now()
    let beatMs = lookedMs
    const look = () => {
      const nowMs = deps.clock.now()
      const isDue = nowMs - lookedMs > sleptMs || Math.abs(nowMs - beatMs) >= heartbeatMs
      lookedMs = nowMs
      if (!isDue) return
      try {
        if (!isOurs()) {
          clearInterval(looker)
          return onLost()
        }
        beatMs = nowMs
        disk.append(file, Buffer.from('.'), unsynced)
      } catch {
        // A missed beat of an unreachable folder; the next look tries again.
      }
    }
    const looker = setInterval(look, lookMs)
    looker.unref()
    return {
      isOurs,
      release() {
        clearInterval(looker)
        if (readContent(file)?.nonce === nonce) disk.removeFile(file)
      },
    }
  }

  const isFileHeld = (file: string): boolean => {
    const content = readContent(file)
    return content !== undefined && isAlive(content, file)
  }

  return {
    take(name, onLost = () => {}) {
      const nonce = randomUUID()
      if (tryCreate(fileOf(name), nonce)) return hold(name, nonce, onLost)
      const content = readContent(fileOf(name))
      if (content === undefined) return tryCreate(fileOf(name), nonce) ? hold(name, nonce, onLost) : undefined
      if (isAlive(content, fileOf(name))) return undefined
      return takeOver(name, content, nonce) ? hold(name, nonce, onLost) : undefined
    },
    isHeld: (name) => isFileHeld(fileOf(name)),
    clean(keep) {
      if (disk.facts(folder) === undefined) return
      for (const { name } of disk.entries(folder)) {
        const file = path.join(folder, name)
        if (name.startsWith('now-')) disk.removeFile(file)
        else if (!(name.endsWith('.json') && keep(path.basename(name, '.json'))) && !isFileHeld(file))
          disk.removeFile(file)
      }
    },
  }
}

/** Where the lease of a transfer lies whose journal is that folder: beside the folder of all journals, under the transfer's id. */
export function leasePlaceOf(journalFolder: string): { readonly folder: string; readonly name: string } {
  return { folder: path.join(path.dirname(path.dirname(journalFolder)), 'leases'), name: path.basename(journalFolder) }
}
