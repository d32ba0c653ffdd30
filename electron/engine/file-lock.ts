/**
 * A file that several processes read, change and replace is locked by `<file>.lock` meanwhile, so that no change is lost.
 *  1. Take: exclusive create of the lock with who and a nonce. There already → 2.
 *  2. Is its holder dead? A process of this host by pid, start time and boot; this very process (it never waits while it holds one, so the lock
 *     is a leftover); one of another host, or of a system that tells no start (Windows), or a lock whose text never came, by not changing for
 *     longer than any change takes.
 *     Dead → 3, else wait a little and → 1, for ten seconds at most (`busy`).
 *  3. Takeover under an exclusive `<file>.lock.takeover`, itself with an identity, so that two don't take the same dead lock: read again,
 *     still the same dead one → deleted, and → 1.
 *  4. Release: the lock is deleted if it still is ours.
 * A lock is held for one read, change and replace, a matter of milliseconds, and nothing waits for anything else under it: so waiting may hold up its thread.
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import { AppError, isAppError } from '../../shared/errors.ts'
import { isRunning, processIdentity, readOwnIdentity } from './library/process-identity.ts'
import { parseJson } from './parse-json.ts'
import type { Disk } from './ports.ts'

export interface FileLock {
  /** What `change` answers, done under the lock; a `hold` within is part of it. `busy` when another process doesn't let go of it. */
  hold<T>(change: () => T): T
}

const lockContent = z.looseObject({ format: z.literal(1), by: processIdentity, nonce: z.string() })
type LockContent = Readonly<z.infer<typeof lockContent>>

const longestWaitMs = 10_000
/** No change takes as long. */
const staleMs = 3_000
const tornMs = 1_000
const lookAgainMs = 10

export function createFileLock(deps: {
  readonly disk: Disk
  /** Absolute; the file that is changed. */
  readonly file: string
  /** Ten seconds when absent. */
  readonly waitMs?: number
}): FileLock {
  const { disk, file, waitMs = longestWaitMs } = deps
  const lock = `${file}.lock`
  const turn = `${lock}.takeover`
  const by = readOwnIdentity(disk)
  let held = false

  const create = (target: string, nonce: string): boolean => {
    try {
      disk.create(target, Buffer.from(`${JSON.stringify({ format: 1, by, nonce })}\n`))
      return true
    } catch (error) {
      if (isAppError(error, 'already-exists')) return false
      // The lock is nothing that a person knows of.
      if (isAppError(error, 'disk-full', 'disk-denied'))
        throw new AppError(error.code, { ...error.details, path: file } as never, error)
      throw error
    }
  }
  /** `torn`: being written at this moment, or its writer was killed in the middle. */
  const read = (target: string): LockContent | 'torn' | undefined => {
    const bytes = disk.read(target, { maxBytes: 65_536 })
    return bytes === undefined ? undefined : (lockContent.safeParse(parseJson(bytes)).data ?? 'torn')
  }
  const nonceOf = (content: LockContent | 'torn' | undefined) => (typeof content === 'object' ? content.nonce : content)

  /** Told by how long it has looked the same to us: no two clocks are compared. */
  const createWatch = () => {
    let seen: string | undefined
    let sinceMs = 0
    return {
      isDead(content: LockContent | 'torn'): boolean {
        const nonce = nonceOf(content)
        const nowMs = performance.now()
        if (nonce !== seen) [seen, sinceMs] = [nonce, nowMs]
        const sameMs = nowMs - sinceMs
        if (content === 'torn') return sameMs > tornMs
        if (content.by.host === by.host && content.by.pid === by.pid) return true
        const running = isRunning(disk, content.by)
        return running === 'unknown' ? sameMs > staleMs : !running
      },
    }
  }
  type Watch = ReturnType<typeof createWatch>

  // 3
  const takeOver = (dead: string | undefined, turnWatch: Watch): void => {
    if (!create(turn, randomUUID())) {
      const other = read(turn)
      if (other !== undefined && turnWatch.isDead(other)) disk.removeFile(turn)
      return
    }
    try {
      if (nonceOf(read(lock)) === dead) disk.removeFile(lock)
    } finally {
      disk.removeFile(turn)
    }
  }

  const take = (): string => {
    disk.makeFolder(path.dirname(file))
    const nonce = randomUUID()
    const untilMs = performance.now() + waitMs
    const [lockWatch, turnWatch] = [createWatch(), createWatch()]
    for (;;) {
      if (create(lock, nonce)) return nonce // 1
      const content = read(lock)
      if (content === undefined) continue
      if (lockWatch.isDead(content)) takeOver(nonceOf(content), turnWatch) // 2
      if (performance.now() > untilMs) throw new AppError('busy', { what: 'file', holder: path.basename(file) })
      pause(lookAgainMs * (0.5 + Math.random()))
    }
  }

  return {
    hold(change) {
      if (held) return change()
      const nonce = take()
      held = true
      try {
        return change()
      } finally {
        held = false
        if (nonceOf(read(lock)) === nonce) disk.removeFile(lock) // 4
      }
    },
  }
}

const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
