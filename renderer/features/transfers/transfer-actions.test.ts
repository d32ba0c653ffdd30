import { expect, it } from 'vitest'
import type { Transfer, TransferState } from '../../../shared/model/transfer.ts'
import { actOnEach, stopEach } from './transfer-actions.ts'

const transfer = (id: string, kind: 'queued' | 'transferring' = 'queued'): Transfer => ({
  id,
  kind: 'install',
  ref: { name: id, version: '1.0.0' },
  title: id,
  state: { kind } as TransferState,
  progress: { settledBytes: 0, receivedBytes: 0, totalBytes: 100, bytesPerSecond: 0 },
  createdAtMs: 0,
  wireBytes: 0,
  readOnly: false,
})

it('acts on very many a few at a time, and on all of them although some fail', async () => {
  const many = Array.from({ length: 3000 }, (_, n) => transfer(String(n)))
  const acted: string[] = []
  let underWay = 0
  let most = 0
  const work = async ({ id }: Transfer) => {
    underWay += 1
    most = Math.max(most, underWay)
    await Promise.resolve()
    underWay -= 1
    acted.push(id)
    if (id.endsWith('7')) throw new Error(`not ${id}`)
  }
  await expect(actOnEach(many, work)).rejects.toThrow('not 7')
  expect(acted).toHaveLength(3000)
  expect(most).toBeLessThan(20)
})

it('stops what waits before what runs, so that nothing begins meanwhile', async () => {
  const acted: string[] = []
  const those = [transfer('runs', 'transferring'), transfer('a'), transfer('b')]
  await stopEach(those, async ({ id }) => acted.push(id))
  expect(acted).toEqual(['b', 'a', 'runs'])
})
