import { describe, expect, test } from 'vitest'
import type { OddData } from '../../../testkit/workers/odd-worker.ts'
import { readyWorkers, startWorker } from './pool.ts'

const entry = new URL('../../../testkit/workers/odd-worker.ts', import.meta.url)
const start = (data: OddData, options?: Parameters<typeof startWorker>[2]) =>
  startWorker<unknown, unknown, unknown>(entry, data, options)
/** Resolves at the worker's first message. */
const firstMessage = (worker: ReturnType<typeof start>) =>
  new Promise<unknown>((resolve) => {
    worker.onMessage(resolve)
  })

describe('a worker', () => {
  test('gives its result, and shares counters', async () => {
    const counters = new SharedArrayBuffer(8)
    expect(await start({ kind: 'count', counters, times: 1000 }).result).toBe(1000)
    expect(new BigInt64Array(counters)[0]).toBe(1000n)
  })

  test('that was readied is the one that is started, and works like any other', async () => {
    const url = new URL(`${entry.href}?readied`)
    let threads = 0
    const onThread = () => {
      threads += 1
    }
    process.on('worker', onThread)
    readyWorkers(url, 2)
    readyWorkers(url, 2)
    const counters = new SharedArrayBuffer(8)
    const worker = startWorker<unknown>(url, { kind: 'count', counters, times: 10 } satisfies OddData)
    expect(await worker.result).toBe(10)
    expect(new BigInt64Array(counters)[0]).toBe(10n)
    await expect(startWorker(url, { kind: 'fail' } satisfies OddData).result).rejects.toMatchObject({
      code: 'disk-full',
    })
    expect(threads).toBe(2)
    process.off('worker', onThread)
  })

  test('gives its AppError with details', async () => {
    await expect(start({ kind: 'fail' }).result).rejects.toMatchObject({
      code: 'disk-full',
      details: { path: '/x', freeBytes: 3 },
    })
  })

  test.each(['throw-foreign', 'crash', 'exit'] as const)(
    'that does %s is an internal error without foreign text',
    async (kind) => {
      const error: unknown = await start({ kind }).result.catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'internal' })
      expect(JSON.stringify((error as { details: unknown }).details)).not.toContain('secret')
    },
  )

  test('whose entry is missing is an internal error', async () => {
    await expect(startWorker('no-such', {}).result).rejects.toMatchObject({ code: 'internal' })
  })

  test.each(['wait', 'spin'] as const)('that does %s ends by itself when it is told to stop', async (kind) => {
    const worker = start({ kind }, { graceMs: 60_000 })
    await firstMessage(worker)
    await worker.stop()
    await expect(worker.result).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('that hears nothing is made to end', async () => {
    const worker = start({ kind: 'spin-deaf' }, { graceMs: 50 })
    await firstMessage(worker)
    await worker.stop()
    await expect(worker.result).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('stops with its signal, also one that aborted before', async () => {
    const controller = new AbortController()
    const worker = start({ kind: 'wait' }, { signal: controller.signal })
    await firstMessage(worker)
    controller.abort()
    await expect(worker.result).rejects.toMatchObject({ code: 'cancelled' })
    await expect(start({ kind: 'wait' }, { signal: controller.signal }).result).rejects.toMatchObject({
      code: 'cancelled',
    })
  })

  test.each(['echo', 'echo-blocking'] as const)('that does %s answers messages in order', async (kind) => {
    const worker = start({ kind })
    const answers: unknown[] = []
    worker.onMessage((message) => {
      answers.push(message)
      if (answers.length === 3) worker.post('end')
    })
    for (const message of [1, 2, 3]) worker.post(message)
    expect(await worker.result).toBe('ended')
    expect(answers).toEqual([1, 2, 3])
  })
})
