import { expect, it } from 'vitest'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { groupInstalled } from './installed-packages.ts'
import { firstTicked } from './remove-choice.ts'

const versionOf = (name: string, version: string, kept = false): InstalledVersion => ({
  ref: { name, version },
  libraryId: 'l',
  title: name,
  description: '',
  path: '/',
  diskBytes: 1,
  fileCount: 1,
  kept,
})
const fraud = [versionOf('fraud', '2.0.0'), versionOf('fraud', '1.1.0', true), versionOf('fraud', '1.0.0')]
const digits = [versionOf('digits', '1.0.0')]
const tickedOf = (...versions: readonly InstalledVersion[]) =>
  [...firstTicked(groupInstalled(versions, undefined, 'name'))].toSorted()

it('ticks the older versions of one package, and the kept ones of none', () => {
  expect(tickedOf(...fraud)).toEqual(['fraud==1.0.0'])
})

it('ticks everything of several packages but what is kept', () => {
  expect(tickedOf(...fraud, ...digits)).toEqual(['digits==1.0.0', 'fraud==1.0.0', 'fraud==2.0.0'])
})
