import { expect, it } from 'vitest'
import { proposeApps } from './app-proposals.ts'

const version = (name: string, compatibility: Record<string, string | null>) => ({
  ref: { name, version: '1.0.0' },
  compatibility,
})

it('proposes what installed packages name, most named first, with a version that fits most of them', () => {
  const installed = [
    version('a', { 'Support Desk': '>=3.0', 'Shelf Vision': '^2.1' }),
    version('b', { 'Support Desk': '>=3.2,<4' }),
    version('c', { 'Support Desk': '==2.0' }),
  ]
  expect(proposeApps(installed, [])).toEqual([
    { name: 'Support Desk', version: '3.2', packages: 3 },
    { name: 'Shelf Vision', version: '2.1', packages: 1 },
  ])
})

it('proposes nothing that is listed, counts a package once, and names no version where none is named', () => {
  const installed = [
    version('a', { Known: '>=1', Any: null }),
    version('a', { Any: null }),
    { ref: { name: 'd', version: '1.0.0' } },
  ]
  expect(proposeApps(installed, [{ name: 'Known', version: '1' }])).toEqual([{ name: 'Any', version: '', packages: 1 }])
})

it('names no version that fits none: of `<2` not 2', () => {
  expect(proposeApps([version('a', { Old: '<2.0' })], [])).toEqual([{ name: 'Old', version: '', packages: 1 }])
})
