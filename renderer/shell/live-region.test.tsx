import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import type { Transfer } from '../../shared/model/transfer.ts'
import { ready } from '../state/load-state.ts'
import { useTransfers } from '../state/transfers.ts'
import { LiveRegion } from './live-region.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const transferOf = (id: string, kind: string): Transfer => {
  const progress = { settledBytes: 0, receivedBytes: 0, totalBytes: 1000, bytesPerSecond: 0 }
  const ref = { name: id, version: '1.0.0' }
  return { id, kind: 'install', ref, title: id, state: { kind }, progress, readOnly: false } as unknown as Transfer
}

test('what was there from the start is no news, the first transfer is, and of several at once none is lost', async () => {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  useTransfers.setState({ load: { kind: 'loading' }, byId: {}, progressById: {} })
  await act(async () => root.render(<LiveRegion />))
  const show = (...transfers: Transfer[]) =>
    act(async () =>
      useTransfers.setState({ load: ready, byId: Object.fromEntries(transfers.map((each) => [each.id, each])) }),
    )
  await show()
  expect(place.textContent).toBe('')
  await show(transferOf('Ant', 'queued'))
  expect(place.textContent).toBe('Install of Ant 1.0.0: queued')
  await show(transferOf('Ant', 'done'), transferOf('Bee', 'queued'))
  expect(place.textContent).toBe('Install of Ant 1.0.0: done. Install of Bee 1.0.0: queued')
  await act(async () => root.unmount())
  place.remove()
})

test('each new state of a transfer is said, and each quarter of its bytes once', async () => {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  await act(async () => root.render(<LiveRegion />))
  const said: (string | null)[] = []
  const show = async (kind: 'queued' | 'transferring' | 'done', settledBytes: number) => {
    const progress = { settledBytes, receivedBytes: settledBytes, totalBytes: 1000, bytesPerSecond: 1 }
    const ref = { name: 'churn', version: '1.0.0' }
    const transfer = { id: 't', kind: 'install', ref, title: 'Churn', state: { kind }, progress, readOnly: false }
    await act(async () =>
      useTransfers.setState({ byId: { t: transfer as unknown as Transfer }, progressById: { t: progress } }),
    )
    const text = place.textContent
    if (text !== said.at(-1)) said.push(text)
  }
  await show('queued', 0)
  for (let bytes = 0; bytes < 1000; bytes += 10) await show('transferring', bytes)
  await show('done', 1000)
  expect(said.map((text) => text?.replace(/^.*: /, ''))).toEqual([
    'queued',
    'transferring',
    'transferring, 25 %',
    'transferring, 50 %',
    'transferring, 75 %',
    'done',
  ])
  await act(async () => root.unmount())
  place.remove()
})
