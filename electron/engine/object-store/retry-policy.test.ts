import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { bodyRule, controlRule, decideRetry, hadNoEffect, noteProgress, startRetries } from './retry-policy.ts'

const reset = new AppError('network-interrupted', { endpoint: 'e', reason: 'reset' })
const busy = (status: number, retryAfterMs?: number) =>
  new AppError('store-busy', { endpoint: 'e', status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })

test('tries again only what may pass by itself', () => {
  for (const error of [
    new AppError('access-denied', { action: 'a', what: 'b' }),
    new AppError('object-not-found', { key: 'k' }),
    new AppError('sign-in-expired', { connection: 'c' }),
    new AppError('precondition-failed', { key: 'k' }),
    new AppError('internal', { what: 'w' }),
  ]) {
    expect(decideRetry(bodyRule, startRetries(0), error, 0, 0.5)).toEqual({ kind: 'give-up' })
  }
  expect(decideRetry(bodyRule, startRetries(0), reset, 0, 0.5)).toMatchObject({ kind: 'retry' })
})

test('pauses stay within the doubling limit and never below what the store asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
      const state = { failures, lastProgressMs: 0 }
      const decision = decideRetry(bodyRule, state, reset, 0, random)
      if (decision.kind !== 'retry') throw new Error('gave up')
      expect(decision.delayMs).toBeGreaterThanOrEqual(0)
      expect(decision.delayMs).toBeLessThanOrEqual(Math.min(20_000, 250 * 2 ** failures))
      const asked = decideRetry(bodyRule, state, busy(503, 45_000), 0, random)
      expect(asked).toMatchObject({ kind: 'retry', delayMs: 45_000 })
    }),
  )
})

test('gives up after its number of tries', () => {
  let state = startRetries(0)
  let tries = 1
  for (;;) {
    const decision = decideRetry(controlRule, state, reset, 0, 0)
    if (decision.kind === 'give-up') break
    state = decision.state
    tries += 1
  }
  expect(tries).toBe(controlRule.tries)
})

test('gives up after ten minutes without progress, and progress starts them over', () => {
  const late = { failures: 30, lastProgressMs: 0 }
  expect(decideRetry(bodyRule, late, reset, 599_000, 0)).toMatchObject({ kind: 'retry' })
  expect(decideRetry(bodyRule, late, reset, 600_001, 0)).toEqual({ kind: 'give-up' })
  expect(decideRetry(bodyRule, noteProgress(600_001), reset, 600_001, 0)).toMatchObject({ state: { failures: 1 } })
})

test('knows which failures left the store as it was', () => {
  expect(hadNoEffect(new AppError('network-unreachable', { endpoint: 'e' }))).toBe(true)
  expect(hadNoEffect(busy(503))).toBe(true)
  expect(hadNoEffect(busy(429))).toBe(true)
  for (const error of [reset, busy(500), busy(502), busy(504)]) expect(hadNoEffect(error)).toBe(false)
})
