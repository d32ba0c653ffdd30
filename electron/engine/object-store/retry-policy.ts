import type { AppError } from '../../../shared/errors.ts'

/**
 * When a failed request is tried again. Pure: the caller keeps the state, sleeps, and draws the random number.
 *
 *  1. Only errors of class `transient` are tried again.
 *  2. The pause is drawn evenly from 0 to min(cap, base × 2ⁿ) (full jitter), n = tries without progress, and is at least what the store asked for.
 *  3. Progress (`noteProgress`) starts the count and the time over.
 *  4. It gives up when the next try would start later than `patienceMs` after the last progress, or after `tries` tries.
 */
export interface RetryRule {
  /** Tries in all without progress, the first one included. */
  readonly tries: number
  /** Time without progress after which it is given up. */
  readonly patienceMs: number
  readonly baseMs: number
  readonly capMs: number
}

/** Requests that a person waits for: over in seconds. */
export const controlRule: RetryRule = { tries: 6, patienceMs: 120_000, baseMs: 250, capMs: 8_000 }
/** Bodies of transfers: as long as something comes within ten minutes. */
export const bodyRule: RetryRule = { tries: Number.POSITIVE_INFINITY, patienceMs: 600_000, baseMs: 250, capMs: 20_000 }

export interface RetryState {
  readonly failures: number
  readonly lastProgressMs: number
}

export const startRetries = (nowMs: number): RetryState => ({ failures: 0, lastProgressMs: nowMs })
/** Bytes came: the count and the time start over. */
export const noteProgress = (nowMs: number): RetryState => startRetries(nowMs)

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number; readonly state: RetryState }
  | { readonly kind: 'give-up' }

/** `random` is in [0, 1). Times are of a clock that never falls. */
export function decideRetry(
  rule: RetryRule,
  state: RetryState,
  error: AppError,
  nowMs: number,
  random: number,
): RetryDecision {
  const failures = state.failures + 1
  if (error.retry !== 'transient' || failures >= rule.tries) return { kind: 'give-up' }
  const jitterMs = random * Math.min(rule.capMs, rule.baseMs * 2 ** (failures - 1))
  const delayMs = Math.max(jitterMs, askedMs(error))
  if (nowMs + delayMs - state.lastProgressMs > rule.patienceMs) return { kind: 'give-up' }
  return { kind: 'retry', delayMs, state: { ...state, failures } }
}

function askedMs(error: AppError): number {
  const { details } = error
  return 'retryAfterMs' in details && typeof details.retryAfterMs === 'number' ? details.retryAfterMs : 0
}

/**
 * True when the store certainly did nothing: the request never left, or was turned away before it was looked at. Anything else (a lost
 * answer, a 500, a gateway's time-out) may have taken effect.
 */
export function hadNoEffect(error: AppError): boolean {
  if (error.code === 'network-unreachable') return true
  return error.code === 'store-busy' && 'status' in error.details && [429, 503].includes(error.details.status)
}
