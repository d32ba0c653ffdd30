import { describe, expect, it } from 'vitest'
import type { Transfer } from '../../shared/model/transfer.ts'
import { speedOf } from './known-speed.ts'

const install = (wireBytes: number, seconds: number, changes: Partial<Transfer> = {}): Transfer => ({
  id: `${wireBytes} ${seconds}`,
  kind: 'install',
  ref: { name: 'model', version: '1.0.0' },
  title: 'Model',
  connectionId: 'team',
  state: { kind: 'done' },
  progress: { settledBytes: 1, receivedBytes: 1, totalBytes: 1, bytesPerSecond: 0 },
  createdAtMs: 0,
  endedAtMs: seconds * 1000,
  wireBytes,
  readOnly: false,
  ...changes,
})

describe('speedOf', () => {
  it('takes the fastest of the newest: waiting only ever makes one look slower', () => {
    expect(speedOf('install', [install(40_000_000, 60), install(40_000_000, 2)], 'team')).toBe(20_000_000)
  })
  it('forgets what was long ago', () => {
    const slow = Array.from({ length: 5 }, () => install(10_000_000, 10))
    expect(speedOf('install', [...slow, install(40_000_000, 1)], 'team')).toBe(1_000_000)
  })
  it('knows nothing from other connections, failures, publishes and small packages', () => {
    const others = [
      install(40_000_000, 2, { connectionId: 'other' }),
      install(40_000_000, 2, { kind: 'publish' }),
      install(40_000_000, 2, { state: { kind: 'cancelled' } }),
      install(900_000, 2),
    ]
    expect(speedOf('install', others, 'team')).toBeUndefined()
  })
  it('takes publishes for publishes', () => {
    const both = [install(40_000_000, 1), install(40_000_000, 4, { kind: 'publish' })]
    expect(speedOf('publish', both, 'team')).toBe(10_000_000)
  })
})
