import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import { ProgressBar } from './progress-bar.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

test('what goes on is never full, though every byte of it is settled; what is over is', async () => {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  const show = async (settledBytes: number, receivedBytes: number, isOver?: boolean) => {
    const bytes = { settledBytes, receivedBytes, totalBytes: 1000 }
    await act(async () => root.render(<ProgressBar {...bytes} isOver={isOver} name="Churn" label="" />))
    const parts = [...place.querySelectorAll('i')].map(({ style }) => Number.parseFloat(style.inlineSize))
    return { now: place.querySelector('[role="progressbar"]')?.getAttribute('aria-valuenow'), parts }
  }
  expect(await show(1000, 1000)).toEqual({ now: '99', parts: [99] })
  expect(await show(500, 1000)).toEqual({ now: '50', parts: [50, 49] })
  // A file that is there goes on no more, though its transfer does.
  expect(await show(1000, 1000, true)).toEqual({ now: '100', parts: [100] })
  await act(async () => root.unmount())
  place.remove()
})
