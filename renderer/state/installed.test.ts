import { expect, it, vi } from 'vitest'
import type { Answer } from '../../shared/ipc/wire.ts'
import { transport } from '../ipc/link.ts'
import { fetchLibrary, followLibrary, listLibrary, useInstalled } from './installed.ts'

const empty: Answer = { ok: true, value: [] }

it('lists a library again and again while its disk is still being measured', async () => {
  const asked: string[] = []
  let measured = (_answer: Answer) => {}
  vi.spyOn(transport, 'call').mockImplementation(({ procedure }) => {
    asked.push(procedure)
    if (procedure !== 'disk.usage') return Promise.resolve(empty)
    return new Promise((resolve) => {
      measured = resolve
    })
  })
  const times = (procedure: string) => asked.filter((each) => each === procedure).length
  followLibrary('l')
  await vi.waitFor(() => expect(useInstalled.getState().versionsByLibrary).toEqual({ l: [] }))
  followLibrary('l')
  await vi.waitFor(() => expect(times('installed.list')).toBe(2))
  await listLibrary('l')
  expect(times('disk.usage')).toBe(1)
  measured(empty)
  await vi.waitFor(() => expect(times('disk.usage')).toBe(2))
  measured(empty)
  const both = fetchLibrary('l')
  await vi.waitFor(() => expect(times('disk.usage')).toBe(3))
  measured(empty)
  await both
})
