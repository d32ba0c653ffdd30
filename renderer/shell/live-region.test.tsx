import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import type { Transfer } from '../../shared/model/transfer.ts'
import { useTransfers } from '../state/transfers.ts'
import { LiveRegion } from './live-region.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

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
