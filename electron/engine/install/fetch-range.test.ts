import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import type { RangeReader } from '../object-store/lean-reader.ts'
import type { ObjectBody } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type FetchState, fetchRange, type Hastener } from './fetch-range.ts'

const bytes = createBytes(10_000, 1)
const system = createSystemClock()

/** An answer that a test feeds by hand. */
interface Request {
  readonly startOffset: number
  readonly ifMatch: string | undefined
  readonly signal: AbortSignal
  /** The next so many bytes come; resolves when they were taken out. */
  send(count: number): Promise<void>
  end(): void
  cut(): void
}
const interrupted = () => new AppError('network-interrupted', { endpoint: 'test', reason: 'reset' })

/** `refuse`: requests, by their number from 0, that get no answer but an error. */
function serve(refuse: Readonly<Record<number, AppError>> = {}) {
  const requests: Request[] = []
  const open: RangeReader['open'] = async (key, { range, signal, ifMatch }) => {
    const startOffset = range?.startOffset ?? 0
    let at = startOffset
    const queue: (Uint8Array | Error | undefined)[] = []
    let wake = () => {}
    const put = (item: Uint8Array | Error | undefined) => {
      queue.push(item)
      wake()
    }
    signal.addEventListener('abort', () => put(new AppError('cancelled', {})), { once: true })
    const number = requests.length
    requests.push({
      startOffset,
      ifMatch,
      signal,
      async send(count) {
        put(bytes.subarray(at, at + count))
        at += count
        // The other side has seen it, and done with it what it does.
        await sleep(5)
      },
      end: () => put(undefined),
      cut: () => put(interrupted()),
    })
    const refusal = refuse[number]
    if (refusal !== undefined) throw refusal
    const untilPut = () =>
      new Promise<void>((resolve) => {
        wake = resolve
      })
    async function* body() {
      for (;;) {
        if (queue.length === 0) await untilPut()
        const item = queue.shift()
        if (item === undefined) return
        if (item instanceof Error) throw item
        yield item
      }
    }
    const facts = { key, etag: '"e"', sizeBytes: bytes.length, modifiedMs: 0, metadata: {}, storeNowMs: 0 }
    return { ...facts, startOffset, body: body() } satisfies ObjectBody
  }
  return { requests, store: { endpoint: 'test', open, close() {} } satisfies RangeReader }
}

const range = { key: 'archive.gz', etag: '"e"', startOffset: 1000, endOffset: 9000 }

async function start(options: { refuse?: Record<number, AppError>; sink?: (chunk: Uint8Array) => Promise<void> } = {}) {
  const { requests, store } = serve(options.refuse)
  const controller = new AbortController()
  const got: Buffer[] = []
  const states: FetchState['kind'][] = []
  let passedOver = 0
  let hastener: Hastener | undefined
  const fetched = fetchRange(
    {
      store,
      clock: system,
      random: () => 0,
      stallMs: 5_000,
      onState: ({ kind }) => void states.push(kind),
      onHastener: (given) => {
        hastener = given
      },
      onPassedOver: (count) => {
        passedOver += count
        return undefined
      },
    },
    range,
    async (chunk) => {
      got.push(Buffer.from(chunk))
      await options.sink?.(chunk)
    },
    { signal: controller.signal },
  )
  fetched.catch(() => {})
  await sleep(5)
  const request = (number: number): Request => {
    const found = requests[number]
    if (found === undefined) throw new Error(`no request ${number}`)
    return found
  }
  const hasten = async () => {
    hastener?.hasten()
    await sleep(5)
  }
  return {
    fetched,
    requests,
    request,
    states,
    hasten,
    isRacing: () => hastener?.isRacing(),
    abort: () => controller.abort(new AppError('cancelled', {})),
    passedOver: () => passedOver,
    gotBytes: () => got.reduce((sum, { length }) => sum + length, 0),
    async expectRight() {
      expect(await fetched).toBe('complete')
      expect(Buffer.concat(got).equals(bytes.subarray(range.startOffset, range.endOffset))).toBe(true)
      for (const { signal } of requests) expect(signal.aborted).toBe(true)
    },
  }
}

describe('a range that is hastened', () => {
  test('goes on with the second request from where it overtakes, and drops the first', async () => {
    const it = await start()
    await it.request(0).send(100)
    await it.hasten()
    expect(it.request(1)).toMatchObject({ startOffset: 1100, ifMatch: '"e"' })
    // The first goes on trickling; what the second brings of it is not handed on twice.
    await it.request(0).send(50)
    await it.request(1).send(30)
    expect([it.gotBytes(), it.passedOver(), it.isRacing()]).toEqual([150, 30, true])
    expect(it.request(0).signal.aborted).toBe(false)
    await it.request(1).send(40)
    expect(it.request(0).signal.aborted).toBe(true)
    expect([it.gotBytes(), it.passedOver(), it.isRacing()]).toEqual([170, 50, false])
    await it.request(1).send(7830)
    it.request(1).end()
    await it.expectRight()
    expect(it.requests).toHaveLength(2)
    expect(it.states).toEqual(['waiting', 'moving'])
  })

  test('ends with the first request where that is done before', async () => {
    const it = await start()
    await it.request(0).send(100)
    await it.hasten()
    await it.request(0).send(6000)
    await it.request(1).send(5000)
    expect(it.request(0).signal.aborted).toBe(false)
    await it.request(0).send(1900)
    it.request(0).end()
    await it.expectRight()
    expect([it.requests.length, it.passedOver()]).toEqual([2, 5000])
  })

  test('while a chunk is at the sink: nothing overtakes it', async () => {
    let free = () => {}
    const held = new Promise<void>((resolve) => {
      free = resolve
    })
    const it = await start({ sink: () => held })
    await it.request(0).send(100)
    await it.hasten()
    await it.request(1).send(200)
    expect(it.gotBytes()).toBe(100)
    free()
    await sleep(5)
    expect(it.gotBytes()).toBe(300)
    await it.request(1).send(7700)
    it.request(1).end()
    await it.expectRight()
  })

  test.each([
    ['is refused', { 1: new AppError('object-changed', { key: 'archive.gz' }) }],
    ['is cut', {}],
  ] as const)('goes on with the first one where the second %s, and can be hastened again', async (_, refuse) => {
    const it = await start({ refuse })
    await it.request(0).send(100)
    await it.hasten()
    it.request(1).cut()
    await sleep(5)
    expect(it.isRacing()).toBe(false)
    await it.request(0).send(900)
    await it.hasten()
    expect(it.request(2).startOffset).toBe(2000)
    await it.request(2).send(7000)
    it.request(2).end()
    await it.expectRight()
    expect(it.states).toEqual(['waiting', 'moving'])
  })

  test('goes on with the second one where the first is cut meanwhile', async () => {
    const it = await start()
    await it.request(0).send(100)
    await it.hasten()
    await it.request(0).send(50)
    it.request(0).cut()
    await it.request(1).send(20)
    expect(it.gotBytes()).toBe(150)
    await it.request(1).send(7880)
    it.request(1).end()
    await it.expectRight()
    expect(it.requests).toHaveLength(2)
  })

  test.each([
    [0, 1],
    [1, 0],
  ])('asks for the rest anew where both are cut (%i first)', async (one, other) => {
    const it = await start()
    await it.request(0).send(100)
    await it.hasten()
    await it.request(0).send(50)
    it.request(one).cut()
    await sleep(5)
    it.request(other).cut()
    await vi.waitFor(() => it.request(2))
    expect(it.request(2).startOffset).toBe(1150)
    await it.request(2).send(7850)
    it.request(2).end()
    await it.expectRight()
    expect(it.states).toContain('reconnecting')
  })

  test('asks for the rest anew where the second, which won, is cut', async () => {
    const it = await start()
    await it.hasten()
    await it.request(1).send(500)
    it.request(1).cut()
    await vi.waitFor(() => it.request(2))
    expect(it.request(2).startOffset).toBe(1500)
    await it.request(2).send(7500)
    it.request(2).end()
    await it.expectRight()
  })

  test('ends both requests when it is cancelled', async () => {
    const it = await start()
    await it.request(0).send(100)
    await it.hasten()
    it.abort()
    await expect(it.fetched).rejects.toMatchObject({ code: 'cancelled' })
    for (const { signal } of it.requests) expect(signal.aborted).toBe(true)
    expect(it.requests).toHaveLength(2)
  })

  test('ends both requests with the error of what takes the bytes', async () => {
    const it = await start({
      sink: async () => {
        await sleep(20)
        throw new AppError('disk-full', { path: '/x', neededBytes: 1, freeBytes: 0 })
      },
    })
    await it.request(0).send(100)
    await it.hasten()
    await it.request(1).send(200)
    await expect(it.fetched).rejects.toMatchObject({ code: 'disk-full' })
    for (const { signal } of it.requests) expect(signal.aborted).toBe(true)
  })

  test('has no more than one request beside the first, and none when it has ended', async () => {
    const it = await start()
    await it.hasten()
    await it.hasten()
    expect(it.requests).toHaveLength(2)
    it.abort()
    await expect(it.fetched).rejects.toMatchObject({ code: 'cancelled' })
    await it.hasten()
    expect(it.requests).toHaveLength(2)
  })
})
