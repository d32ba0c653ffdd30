import { describe, expect, it } from 'vitest'
import type { Change, EngineEvent } from '../../shared/ipc/events.ts'
import { createMirror } from './mirror.ts'

const change = (seq: number, epoch = 'e1'): EngineEvent => ({
  kind: 'change',
  epoch,
  seq,
  change: { kind: 'transfer.removed', id: `t${seq}` },
})
const hello = (seq: number, epoch = 'e1'): EngineEvent => ({ kind: 'hello', epoch, seq })

function follow(events: readonly EngineEvent[]) {
  const seen: string[] = []
  const mirror = createMirror({
    refetch: () => seen.push('refetch'),
    change: (each: Change) => seen.push(each.kind === 'transfer.removed' ? each.id : each.kind),
    samples: (samples) => seen.push(`samples ${samples.length}`),
  })
  for (const event of events) mirror(event)
  return seen
}

describe('the mirror', () => {
  it('fetches at the first hello and then hands on each change in order', () => {
    expect(follow([hello(4), change(5), change(6)])).toEqual(['refetch', 't5', 't6'])
  })

  it('drops a change that comes twice', () => {
    expect(follow([hello(0), change(1), change(1), change(2)])).toEqual(['refetch', 't1', 't2'])
  })

  it('fetches everything after a gap, and the late change is old then', () => {
    expect(follow([hello(0), change(2), change(1), change(3)])).toEqual(['refetch', 'refetch', 't3'])
  })

  it('fetches everything when the engine is another one', () => {
    expect(follow([hello(8), change(1, 'e2'), change(2, 'e2')])).toEqual(['refetch', 'refetch', 't2'])
  })

  it('does nothing at a hello that tells nothing new, after a reconnection', () => {
    expect(follow([hello(3), change(4), hello(4), change(5)])).toEqual(['refetch', 't4', 't5'])
  })

  it('fetches when changes were missed while the connection was cut', () => {
    expect(follow([hello(3), change(4), hello(6), change(7)])).toEqual(['refetch', 't4', 'refetch', 't7'])
  })

  it('hands on samples of this engine alone', () => {
    const samples = (epoch: string): EngineEvent => ({ kind: 'samples', epoch, samples: [] })
    expect(follow([hello(0), samples('e1'), samples('e0')])).toEqual(['refetch', 'samples 0'])
  })

  it('ends as the engine is, whatever is dropped, doubled or reordered on the way', () => {
    const seed = 20_261
    let random = seed
    const next = (below: number) => {
      random = (random * 48_271) % 2_147_483_647
      return random % below
    }
    // Each change sets one of three values; a refetch copies all of them.
    const slots = 3
    for (let run = 0; run < 300; run += 1) {
      const engine = new Map<number, number>()
      let engineSeq = 0
      let seen = new Map<number, number>()
      const mirror = createMirror({
        refetch: () => {
          seen = new Map(engine)
        },
        change: (each) => {
          const seq = Number(each.kind === 'transfer.removed' ? each.id.slice(1) : Number.NaN)
          seen.set(seq % slots, seq)
        },
        samples: () => {},
      })
      const happen = () => {
        engineSeq += 1
        engine.set(engineSeq % slots, engineSeq)
        return change(engineSeq)
      }
      mirror(hello(0))
      const late: EngineEvent[] = []
      for (let step = 0; step < 40; step += 1) {
        const event = happen()
        const fate = next(10)
        if (fate === 0) late.push(event)
        else if (fate !== 1) mirror(event)
        if (fate === 2) mirror(event)
        if (fate === 3 && late.length > 0) mirror(late.shift() as EngineEvent)
      }
      for (const event of late) mirror(event)
      mirror(happen())
      expect([...seen].sort(), `run ${run} of seed ${seed}`).toEqual([...engine].sort())
    }
  })
})
