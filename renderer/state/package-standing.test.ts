import { describe, expect, it } from 'vitest'
import type { InstalledVersion } from '../../shared/model/installed.ts'
import type { CompatibilityMap, PackageSummary } from '../../shared/model/package.ts'
import { standingWords } from '../text/standing.ts'
import { createStandings, groupByName } from './package-standing.ts'

const apps = [
  { name: 'Reader', version: '3.2' },
  { name: 'Scorer', version: '1.9' },
]
const digits = (...versions: readonly (readonly [version: string, map?: CompatibilityMap, unreadable?: true])[]) =>
  ({
    name: 'digits',
    title: 'Digits',
    description: '',
    tags: [],
    versions: versions.map(([version, compatibility, unreadable]) => ({
      version,
      compatibility,
      prerelease: version.includes('-'),
      ...(unreadable ? {} : { diskBytes: 10, fileCount: 1 }),
    })),
  }) satisfies PackageSummary
const installed = (version: string, more: Partial<InstalledVersion> = {}): InstalledVersion => ({
  ref: { name: 'digits', version },
  libraryId: 'l',
  title: 'Digits',
  description: '',
  path: '/l/digits',
  diskBytes: 10,
  fileCount: 1,
  kept: false,
  ...more,
})
const standing = (each: PackageSummary, ...here: readonly InstalledVersion[]) =>
  createStandings(apps, groupByName(here), new Set(['other']))(each)

describe('standing of a package', () => {
  it('offers the newest compatible version, not the newest', () => {
    const found = standing(digits(['3.0.0', { Reader: '>=4' }], ['2.0.0', { Reader: '>=3' }]))
    expect(found).toMatchObject({ kind: 'compatible', offered: { version: '2.0.0' } })
    expect(standingWords(found, apps, '3.0.0')).toEqual({ word: 'Compatible', detail: '2.0.0, with Reader 3.2' })
  })

  it('offers a preview only when nothing stable is there', () => {
    expect(standing(digits(['2.0.0-rc.1'], ['1.0.0'])).offered?.version).toBe('1.0.0')
    expect(standing(digits(['2.0.0-rc.1'])).offered?.version).toBe('2.0.0-rc.1')
  })

  it('never offers a version that can’t be read', () => {
    expect(standing(digits(['2.0.0', undefined, true], ['1.0.0'])).offered?.version).toBe('1.0.0')
    expect(standing(digits(['2.0.0', undefined, true])).offered).toBeUndefined()
  })

  it('is an update when a newer one fits', () => {
    const found = standing(digits(['2.0.0'], ['1.0.0']), installed('1.0.0'))
    expect(found.kind).toBe('update')
    expect(standingWords(found, apps)).toEqual({ word: 'Update', detail: '1.0.0 is installed' })
  })

  it('is no update when the newer one does not fit, or is a preview', () => {
    expect(standing(digits(['2.0.0', { Reader: '>=4' }], ['1.0.0']), installed('1.0.0')).kind).toBe('installed')
    expect(standing(digits(['2.0.0-rc.1'], ['1.0.0']), installed('1.0.0')).kind).toBe('installed')
  })

  it('is what this connection’s own versions say: another one’s package of the name is neither updated nor called installed', () => {
    const ofOther = installed('1.0.0', { fromConnectionId: 'other' })
    const found = standing(digits(['9.0.0']), ofOther)
    expect(found).toMatchObject({ kind: 'compatible', installed: [], elsewhere: ofOther })
    expect(standingWords(found, apps, '9.0.0', 'Other team')).toEqual({
      word: 'Compatible',
      detail: '1.0.0 from Other team is installed',
    })
    expect(standingWords(found, apps).detail).toBe('1.0.0 from another connection is installed')
    expect(standing(digits(['9.0.0']), installed('1.0.0', { fromConnectionId: 'team' })).kind).toBe('update')
  })

  it('is no update while the highest of its name came from elsewhere', () => {
    const here = [installed('1.0.0'), installed('8.0.0', { fromConnectionId: 'other' })]
    expect(standing(digits(['9.0.0'], ['1.0.0']), ...here)).toMatchObject({
      kind: 'installed',
      installed: [{ ref: { version: '1.0.0' } }],
    })
  })

  it('is an update of what came from a connection that is gone', () => {
    const orphan = installed('1.0.0', { fromConnectionId: 'gone' })
    const found = standing(digits(['9.0.0'], ['1.0.0']), orphan)
    expect(found).toMatchObject({ kind: 'update', offered: { version: '9.0.0' }, installed: [orphan] })
    expect(found.elsewhere).toBeUndefined()
  })

  it('compares versions by their numbers', () => {
    expect(standing(digits(['1.10.0'], ['1.9.0']), installed('1.9.0'), installed('1.10.0')).kind).toBe('installed')
  })

  it('says why it does not fit', () => {
    const found = standing(digits(['1.0.0', { Reader: '>=4' }]))
    expect(standingWords(found, apps)).toEqual({ word: 'Not compatible', detail: 'Needs Reader 4 or later' })
  })

  it('says what it leaves open', () => {
    const found = standing(digits(['1.0.0', { Other: '>=1' }]))
    expect(standingWords(found, apps)).toEqual({ word: 'Not stated', detail: 'It names none of your apps' })
  })

  it('says what is not verified, damaged, or for whom', () => {
    const words = (more: Partial<InstalledVersion>) =>
      standingWords(standing(digits(['1.0.0']), installed('1.0.0', more)), apps).detail
    expect(words({})).toBe('Not verified')
    expect(words({ verifiedAt: '2026-01-01T00:00:00Z', damagedFiles: ['a', 'b'] })).toBe('2 files damaged')
    expect(words({ verifiedAt: '2026-01-01T00:00:00Z', forApp: 'Reader 3.2' })).toBe('For Reader 3.2')
  })
})
