import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import { HoldLater, Later } from './later.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

test('what comes later waits while it is held, and what has come stays', async () => {
  const place = document.createElement('div')
  const root = createRoot(place)
  const draw = (holds: boolean) =>
    act(async () =>
      root.render(
        <HoldLater value={holds}>
          <Later place="place">{() => 'content'}</Later>
        </HoldLater>,
      ),
    )
  await draw(true)
  expect(place.textContent).toBe('place')
  await draw(false)
  expect(place.textContent).toBe('content')
  await draw(true)
  expect(place.textContent).toBe('content')
  await act(async () => root.unmount())
})
