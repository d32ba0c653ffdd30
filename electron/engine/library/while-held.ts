import { isAppError } from '../../../shared/errors.ts'
import type { Clock, Io, Log } from '../ports.ts'

const againMs = 1000
const longestMs = 60_000

export interface HeldIo extends Io {
  /** Told when it begins to wait, and when it has waited. */
  readonly onHeld?: (isHeld: boolean) => void
}

/**
 * Windows: a virus scanner or another program may hold files of what is to be moved. Does `work`, whose `busy` says so (Disk.rename with
 * `waits: false`), again each second for a minute; in between others get their turn. `work` is done from its beginning each time.
 */
export async function whileHeld<T>(
  work: () => T,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  { signal, onHeld }: HeldIo,
): Promise<T> {
  const startedMs = clock.monotonic()
  for (let tries = 1; ; tries += 1) {
    try {
      const done = work()
      if (tries > 1) onHeld?.(false)
      return done
    } catch (error) {
      const isHeld = isAppError(error, 'busy') && error.details.openIn !== undefined
      if (!isHeld || clock.monotonic() - startedMs + againMs > longestMs) throw error
      if (tries === 1) onHeld?.(true)
      if (tries === 1) log.write('info', 'library.folder-held', { folder: error.details.openIn })
      await clock.sleep(againMs, { signal })
    }
  }
}
