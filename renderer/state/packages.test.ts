import { expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { browseText } from '../text/browse.ts'
import { whyOld } from './packages.ts'

it('says of an old list why it is old: a store that is busy is not offline', () => {
  const said = (error: AppError) => browseText[whyOld(error)]('today')
  const endpoint = 'https://store.test'
  expect(said(new AppError('network-unreachable', { endpoint }))).toBe('Offline: list from today')
  expect(said(new AppError('store-busy', { endpoint, status: 503 }))).toBe('The store is busy: list from today')
  expect(said(new AppError('access-denied', { action: 'list', what: 'models' }))).toBe('List from today')
})
