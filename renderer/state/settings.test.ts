import { expect, test } from 'vitest'
import type { Answer, CallEnvelope } from '../../shared/ipc/wire.ts'

/** What a host would be asked, in order, each with what answers it. */
const asked: { readonly input: unknown; answer(answer: Answer): void }[] = []
Object.assign(window, {
  orbital: {
    call: ({ input }: CallEnvelope) => new Promise<Answer>((resolve) => asked.push({ input, answer: resolve })),
    cancel: () => {},
    onEvent: () => () => {},
    pathOfDrop: () => '',
  },
})
const { changeSettings, initialSettings, useSettings } = await import('./settings.ts')
const shown = () => useSettings.getState().settings

test('changes that overlap are sent in their order, and one that is refused takes back nothing but itself', async () => {
  const refused = changeSettings({ theme: 'dark', publisherName: 'Ada' })
  const named = changeSettings({ publisherName: 'Grace' })
  expect(shown()).toMatchObject({ theme: 'dark', publisherName: 'Grace' })
  await expect.poll(() => asked.length).toBe(1)
  asked[0]?.answer({ ok: false, error: { code: 'disk-full', details: { path: '/home' } } as never })
  await expect(refused).rejects.toMatchObject({ code: 'disk-full' })
  expect(shown()).toMatchObject({ theme: 'system', publisherName: 'Grace' })
  await expect.poll(() => asked.length).toBe(2)
  expect(asked[1]?.input).toEqual({ changes: { publisherName: 'Grace' } })
  const moving = changeSettings({ transfersAtOnce: 3 })
  asked[1]?.answer({ ok: true, value: { ...initialSettings, publisherName: 'Grace' } })
  await named
  // The answer to the one before is older than this one.
  expect(shown()).toMatchObject({ publisherName: 'Grace', transfersAtOnce: 3 })
  await expect.poll(() => asked.length).toBe(3)
  asked[2]?.answer({ ok: true, value: { ...initialSettings, publisherName: 'Grace', transfersAtOnce: 3 } })
  await moving
  expect(shown()).toMatchObject({ publisherName: 'Grace', transfersAtOnce: 3 })
})
