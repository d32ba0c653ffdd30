import { expect, it } from 'vitest'
import { hashOf, type Place, placeOf } from './navigation.ts'

const places: readonly Place[] = [
  { page: 'browse' },
  { page: 'package', name: 'Old Name-1/2', tab: 'files', version: '1.0.0+a' },
  { page: 'package', name: 'digits', tab: 'overview' },
  { page: 'publish' },
  { page: 'installed' },
  { page: 'transfers' },
  { page: 'transfers', transferId: 't 1' },
  { page: 'settings', section: 'connections', item: 'new' },
]

it.each(places)('$page survives the address', (place) => {
  expect(placeOf(hashOf(place))).toEqual(place)
})

it.each(['', '#', '#/', '#/nowhere', '#/package', '#token=abc', '#/%E0%A4%A'])('%s leads to Browse', (hash) => {
  expect(placeOf(hash)).toEqual({ page: 'browse' })
})
