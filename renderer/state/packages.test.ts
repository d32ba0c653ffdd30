import { expect, it, vi } from 'vitest'
import { AppError, toWire } from '../../shared/errors.ts'
import type { Answer } from '../../shared/ipc/wire.ts'
import type { PackageSummary } from '../../shared/model/package.ts'
import { transport } from '../ipc/link.ts'
import { browseText } from '../text/browse.ts'
import { fetchCatalog, showThenRefresh, usePackages, whyOld } from './packages.ts'

it('says of an old list why it is old: a store that is busy is not offline', () => {
  const said = (error: AppError) => browseText[whyOld(error)]('today')
  const endpoint = 'https://store.test'
  expect(said(new AppError('network-unreachable', { endpoint }))).toBe('Offline: list from today')
  expect(said(new AppError('store-busy', { endpoint, status: 503 }))).toBe('The store is busy: list from today')
  expect(said(new AppError('access-denied', { action: 'list', what: 'models' }))).toBe('List from today')
})

const packageOf = (name: string): PackageSummary => ({ name, title: name, description: '', tags: [], versions: [] })
const ok = (value: unknown): Answer => ({ ok: true, value })
const list = (names: readonly string[]) =>
  ok({
    connectionId: 'c',
    packages: names.map(packageOf),
    total: names.length,
    unreadable: [],
    refreshedAt: '2026-01-02T00:00:00Z',
  })

/** Answers `catalog.list` when told to, `catalog.newestKept` at once. */
function answer(kept: Answer) {
  let settle = (_answer: Answer) => {}
  const listed = new Promise<Answer>((resolve) => {
    settle = resolve
  })
  vi.spyOn(transport, 'call').mockImplementation(({ procedure }) =>
    procedure === 'catalog.newestKept' ? Promise.resolve(kept) : listed,
  )
  return { settle: (given: Answer) => settle(given) }
}
const names = (id: string) => usePackages.getState().catalogs[id]?.packages.map(({ name }) => name)

it('shows the newest that were kept until the list is there, and says how many come', async () => {
  const { settle } = answer(ok({ packages: [packageOf('b')], total: 2000 }))
  const fetched = fetchCatalog('kept')
  await vi.waitFor(() => expect(names('kept')).toEqual(['b']))
  expect(usePackages.getState().catalogs.kept).toMatchObject({ load: { kind: 'loading' }, incoming: 2000 })
  settle(list(['a', 'b']))
  await fetched
  expect(names('kept')).toEqual(['a', 'b'])
  expect(usePackages.getState().catalogs.kept).toMatchObject({ load: { kind: 'ready' }, incoming: undefined })
})

it('shows nothing of what was kept where the list can’t be had, and no zero where nothing was', async () => {
  const { settle } = answer(ok({ packages: [packageOf('b')], total: 2000 }))
  const fetched = fetchCatalog('failing')
  await vi.waitFor(() => expect(names('failing')).toEqual(['b']))
  const error = toWire(new AppError('access-denied', { action: 'list', what: 'models' }))
  settle({ ok: false, error })
  await fetched
  expect(usePackages.getState().catalogs.failing).toMatchObject({
    load: { kind: 'failed' },
    packages: [],
    incoming: undefined,
  })

  const none = answer(ok({ packages: [], total: 0 }))
  const without = fetchCatalog('none')
  // One turn, no time: what was kept has answered by then.
  await new Promise((resolve) => setTimeout(resolve))
  expect(usePackages.getState().catalogs.none?.incoming).toBeUndefined()
  none.settle(list(['a']))
  await without
  expect(names('none')).toEqual(['a'])
})

it('asks the store when a connection is first shown, also where another process listed it seconds ago', async () => {
  const asked: unknown[] = []
  let refreshedAt = new Date(Date.now() - 2000).toISOString()
  const listed = { packages: [], unreadable: [], total: 0 }
  vi.spyOn(transport, 'call').mockImplementation(async ({ procedure, input }) => {
    if (procedure === 'catalog.newestKept') return ok({ packages: [], total: 0 })
    const { refresh } = input as { readonly refresh?: boolean }
    asked.push(refresh)
    if (refresh === true) refreshedAt = new Date().toISOString()
    return { ok: true, value: asked.length === 1 ? { ...listed, refreshedAt } : { kind: 'list-anew' } }
  })
  await showThenRefresh('team')
  expect(asked.slice(0, 2)).toEqual([false, true])
})
