import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EngineEvent, Sample } from '../../shared/ipc/events.ts'
import { createEventHub } from './event-hub.ts'

/** A clock that stands still until it is moved; `move` ends the sleeps that are due and lets their owners go on. */
function createStillClock() {
  let nowMs = 0
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>()
  return {
    monotonic: () => nowMs,
    sleep: (ms: number, { signal }: { readonly signal: AbortSignal }) =>
      new Promise<void>((resolve, reject) => {
        const sleeper = { atMs: nowMs + ms, wake: resolve }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
      }),
    async move(ms: number) {
      nowMs += ms
      for (const sleeper of sleepers) {
        if (sleeper.atMs > nowMs) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
    },
    sleeping: () => sleepers.size,
  }
}

const sampleOf = (transferId: string, settledBytes: number): Sample => ({
  transferId,
  progress: { settledBytes, receivedBytes: settledBytes, totalBytes: 100, bytesPerSecond: 0 },
})

function listen(hub: { subscribe(listener: (event: EngineEvent) => void): () => void }) {
  const events: EngineEvent[] = []
  return { events, end: hub.subscribe((event) => events.push(event)) }
}

test('a listener gets hello first, with the number of the last change', () => {
  const hub = createEventHub({ epoch: 'e', clock: createStillClock() })
  hub.change({ kind: 'settings.changed' })
  const { events, end } = listen(hub)
  hub.change({ kind: 'libraries.changed' })
  end()
  hub.change({ kind: 'settings.changed' })
  expect(events).toEqual([
    { kind: 'hello', epoch: 'e', seq: 1 },
    { kind: 'change', epoch: 'e', seq: 2, change: { kind: 'libraries.changed' } },
  ])
})

test('samples go out four times a second, the newest of each transfer', async () => {
  const clock = createStillClock()
  const hub = createEventHub({ epoch: 'e', clock })
  const { events } = listen(hub)
  hub.sample(sampleOf('a', 1))
  hub.sample(sampleOf('b', 1))
  hub.sample(sampleOf('a', 2))
  await clock.move(0)
  hub.sample(sampleOf('a', 3))
  await clock.move(249)
  hub.sample(sampleOf('a', 4))
  expect(events.slice(1)).toEqual([{ kind: 'samples', epoch: 'e', samples: [sampleOf('a', 2), sampleOf('b', 1)] }])
  await clock.move(1)
  expect(events.slice(2)).toEqual([{ kind: 'samples', epoch: 'e', samples: [sampleOf('a', 4)] }])
  await clock.move(1000)
  expect(events).toHaveLength(3)
  expect(clock.sleeping()).toBe(0)
})

test('a change of a transfer makes a waiting sample of it out of date', async () => {
  const clock = createStillClock()
  const hub = createEventHub({ epoch: 'e', clock })
  const { events } = listen(hub)
  hub.sample(sampleOf('a', 1))
  hub.sample(sampleOf('b', 1))
  hub.change({ kind: 'transfer.removed', id: 'a' })
  await clock.move(250)
  expect(events.slice(2)).toEqual([{ kind: 'samples', epoch: 'e', samples: [sampleOf('b', 1)] }])
})

test('a listener that throws is reported and keeps nobody from hearing', () => {
  const reported: unknown[] = []
  const hub = createEventHub({ epoch: 'e', clock: createStillClock(), report: (error) => reported.push(error) })
  hub.subscribe(() => {
    throw new Error('broken')
  })
  const { events } = listen(hub)
  hub.change({ kind: 'settings.changed' })
  expect(events).toHaveLength(2)
  expect(reported).toHaveLength(2)
})

test('after closing nothing is sent and nothing waits', async () => {
  const clock = createStillClock()
  const hub = createEventHub({ epoch: 'e', clock })
  const { events } = listen(hub)
  hub.sample(sampleOf('a', 1))
  hub.close()
  hub.change({ kind: 'settings.changed' })
  hub.sample(sampleOf('a', 2))
  await clock.move(1000)
  expect(events).toHaveLength(1)
  expect(clock.sleeping()).toBe(0)
})

test('whatever happens in whichever order: numbers rise by one for everyone, and no sample is older than one before', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('change' as const) }),
    fc.record({ do: fc.constant('sample' as const), id: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('move' as const), ms: fc.integer({ min: 0, max: 600 }) }),
    fc.record({ do: fc.constant('join' as const) }),
    fc.record({ do: fc.constant('leave' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = createStillClock()
      const hub = createEventHub({ epoch: 'e', clock })
      const heard = [listen(hub)]
      let bytes = 0
      for (const each of steps) {
        if (each.do === 'change') hub.change({ kind: 'settings.changed' })
        else if (each.do === 'sample') hub.sample(sampleOf(each.id, ++bytes))
        else if (each.do === 'move') await clock.move(each.ms)
        else if (each.do === 'join') heard.push(listen(hub))
        else heard[heard.length - 1]?.end()
      }
      for (const { events } of heard) {
        const [hello, ...rest] = events
        expect(hello?.kind).toBe('hello')
        let seq = hello?.kind === 'hello' ? hello.seq : Number.NaN
        const newest = new Map<string, number>()
        for (const event of rest) {
          if (event.kind === 'change') expect(event.seq).toBe(++seq)
          else if (event.kind === 'samples')
            for (const { transferId, progress } of event.samples) {
              expect(progress.settledBytes).toBeGreaterThan(newest.get(transferId) ?? 0)
              newest.set(transferId, progress.settledBytes)
            }
        }
      }
    }),
    { numRuns: 300 },
  )
})
