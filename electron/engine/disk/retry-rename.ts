import { AppError } from '../../../shared/errors.ts'
import { errnoOf } from './disk-errors.ts'

export interface RenameRetry {
  readonly platform: string
  /** Give up after this long; 60 s where a virus scanner may hold new files. */
  readonly limitMs: number
  /** Blocks this thread. */
  readonly wait: (ms: number) => void
  /** ms, never falling */
  readonly monotonic: () => number
}

const heldErrnos = new Set(['EPERM', 'EACCES', 'EBUSY'])
/** Whoever asks for it tries again by himself, without holding up everybody. */
const soonMs = 100

const isHeld = (error: unknown, { platform }: RenameRetry): boolean =>
  platform === 'win32' && heldErrnos.has(errnoOf(error))

/** Windows: a scanner may hold a fresh file for a while, so a rename that is refused is tried again, after 50 ms, 100 ms … 1 s. */
export function renameWithRetry(rename: () => void, retry: RenameRetry): void {
  const startedMs = retry.monotonic()
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    try {
      rename()
      return
    } catch (error) {
      if (!isHeld(error, retry) || retry.monotonic() - startedMs + pauseMs > retry.limitMs) throw error
      retry.wait(pauseMs)
    }
  }
}

/** Of a folder with much in it, where any open file may be what is in the way: `busy` says so at once. */
export function renameSoon(rename: () => void, from: string, retry: RenameRetry): void {
  try {
    renameWithRetry(rename, { ...retry, limitMs: Math.min(retry.limitMs, soonMs) })
  } catch (error) {
    throw isHeld(error, retry) ? new AppError('busy', { what: 'folder', openIn: from }, error) : error
  }
}
