import { expect, it, vi } from 'vitest'
import { transport } from '../../ipc/link.ts'
import { oneByOne, useUnderWay } from './one-by-one.ts'

it('leaves what else goes on in a library as it is told', async () => {
  // What is in the library matters to none of it.
  vi.spyOn(transport, 'call').mockReturnValue(new Promise(() => {}))
  const now = vi.spyOn(performance, 'now').mockReturnValue(0)
  const libraryId = 'library'
  const said = () => useUnderWay.getState()[libraryId]?.said
  const ends: (() => void)[] = []
  const items = ['a', 'b']
  const long = oneByOne(
    { libraryId, items, say: (left) => `${left} left` },
    () => new Promise<void>((end) => ends.push(end)),
  )
  now.mockReturnValue(1000)
  ends[0]?.()
  await vi.waitFor(() => expect(said()).toBe('1 left'))
  await oneByOne({ libraryId, items, say: () => 'another' }, () => Promise.resolve())
  expect(said()).toBe('1 left')
  ends[1]?.()
  await long
  expect(said()).toBeUndefined()
})
