import { AppError } from '../../../shared/errors.ts'
import type { Clock, CredentialsIo, Io, PlainCredentials } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'

export type CredentialsProvider = (io: CredentialsIo) => Promise<PlainCredentials>

/** Renewed so long before they end, or at three quarters of their life if that is later. */
const marginMs = 5 * 60_000
/** After a renewal that failed while there was time left. */
const againMs = 10_000
/** How long something is kept that is over by this computer's clock when it comes: that clock may be wrong, and the store says when it isn't. */
const overMs = 60_000

/**
 * One answer for all who ask: a transfer has many lines, and a source of credentials may be a slow program.
 *  1. What was fetched is given until shortly before it expires; what has no expiry, until somebody says that the store refused it (`renew`).
 *  2. Who asks while it is being fetched waits for that. It is given up when nobody waits any more.
 *  3. A failure is told to those who waited, and not kept. But what still holds is given when it could not be renewed ahead of time, and a little later
 *     it is tried again: a service that is away for a moment ends no transfer.
 *  4. `renew` while a fetch runs takes that fetch's answer; one that began before the refusal is not told apart, its user is refused again and asks again.
 */
export function cacheCredentials(
  fetch: (io: Io) => Promise<PlainCredentials>,
  clock: Pick<Clock, 'now'>,
): CredentialsProvider {
  let kept: { readonly credentials: PlainCredentials; readonly untilMs: number } | undefined
  let running:
    | { readonly answer: Promise<PlainCredentials>; readonly stop: AbortController; waiting: number }
    | undefined

  const begin = () => {
    const stop = new AbortController()
    const startedMs = clock.now()
    const answer = fetch({ signal: stop.signal }).then((credentials) => {
      kept = { credentials, untilMs: keepUntil(credentials, startedMs) }
      return credentials
    })
    const run = { answer, stop, waiting: 0 }
    const end = () => {
      if (running === run) running = undefined
    }
    answer.then(end, end)
    return run
  }

  return async ({ signal, renew = false }) => {
    if (signal.aborted) throw new AppError('cancelled', {}, signal.reason)
    if (kept !== undefined && !renew && clock.now() < kept.untilMs) return kept.credentials
    running ??= begin()
    const run = running
    run.waiting += 1
    try {
      return await untilAborted(run.answer, signal)
    } catch (error) {
      const nowMs = clock.now()
      const endMs = kept === undefined ? undefined : endOf(kept.credentials)
      if (renew || signal.aborted || kept === undefined || endMs === undefined || endMs <= nowMs) throw error
      kept = { ...kept, untilMs: Math.min(endMs, nowMs + againMs) }
      return kept.credentials
    } finally {
      run.waiting -= 1
      if (run.waiting === 0 && signal.aborted) {
        run.stop.abort(signal.reason)
        if (running === run) running = undefined
      }
    }
  }
}

function keepUntil(credentials: PlainCredentials, nowMs: number): number {
  const expiresAtMs = endOf(credentials)
  if (expiresAtMs === undefined) return Number.POSITIVE_INFINITY
  if (expiresAtMs <= nowMs) return nowMs + overMs
  return Math.max(expiresAtMs - marginMs, nowMs + ((expiresAtMs - nowMs) * 3) / 4)
}

const endOf = (credentials: PlainCredentials): number | undefined =>
  credentials.kind === 'anonymous' ? undefined : credentials.expiresAtMs
