import { expect, it, vi } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { transport } from '../ipc/link.ts'
import { browseText } from '../text/browse.ts'
import { showThenRefresh, whyOld } from './packages.ts'

it('says of an old list why it is old: a store that is busy is not offline', () => {
  const said = (error: AppError) => browseText[whyOld(error)]('today')
  const endpoint = 'https://store.test'
  expect(said(new AppError('network-unreachable', { endpoint }))).toBe('Offline: list from today')
  expect(said(new AppError('store-busy', { endpoint, status: 503 }))).toBe('The store is busy: list from today')
  expect(said(new AppError('access-denied', { action: 'list', what: 'models' }))).toBe('List from today')
})

it('asks the store when a connection is first shown, also where another process listed it seconds ago', async () => {
  const asked: unknown[] = []
  let refreshedAt = new Date(Date.now() - 2000).toISOString()
  const list = { packages: [], unreadable: [], total: 0 }
  vi.spyOn(transport, 'call').mockImplementation(async ({ input }) => {
    const { refresh } = input as { readonly refresh?: boolean }
    asked.push(refresh)
    if (refresh === true) refreshedAt = new Date().toISOString()
    return { ok: true, value: asked.length === 1 ? { ...list, refreshedAt } : { kind: 'list-anew' } }
  })
  await showThenRefresh('team')
  expect(asked.slice(0, 2)).toEqual([false, true])
})
