import { expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { PackageRef, VersionSummary } from '../../../shared/model/package.ts'
import { resolvePublished } from './resolve-published.ts'

const version = (number: string, reader?: string): VersionSummary => ({
  version: number,
  prerelease: false,
  ...(reader === undefined ? {} : { compatibility: { reader } }),
})
const apps = [{ name: 'reader', version: '1.0.0' }]

/** Resolves among versions as they are listed, while their own meta.json says something else. */
async function resolve(spec: string, listed: readonly VersionSummary[], own: readonly VersionSummary[], more = {}) {
  const read: string[] = []
  const packages = [
    { name: 'a', title: '', description: '', tags: [], versions: [...listed] },
    { name: 'b', title: '', description: '', tags: [], versions: [version('9.0.0', '>=7.0.0')] },
  ]
  const found = await resolvePublished(packages, { spec, where: 'here', apps, ...more }, async (ref: PackageRef) => {
    read.push(ref.version)
    const found = own.find((each) => each.version === ref.version)
    if (ref.name !== 'a' || found === undefined) throw new AppError('package-not-found', { spec, where: 'here' })
    return found
  }).catch((error: unknown) => (error instanceof AppError ? error.code : error))
  return { found, read }
}

test('a list that refuses the newest version does not have an older one installed', async () => {
  const listed = [version('2.0.0', '>=7.0.0'), version('1.0.0', '>=1.0.0')]
  const own = [version('2.0.0', '>=1.0.0'), version('1.0.0', '>=1.0.0')]
  expect(await resolve('a', listed, own)).toEqual({ found: { name: 'a', version: '2.0.0' }, read: ['2.0.0'] })
  expect(await resolve('a', listed, listed)).toEqual({ found: { name: 'a', version: '1.0.0' }, read: ['2.0.0'] })
})

test('a list refuses nothing that the version itself allows', async () => {
  for (const spec of ['a', 'a==2.0.0', 'a-2.0.0'])
    expect(await resolve(spec, [version('2.0.0', '>=7.0.0')], [version('2.0.0', '>=1.0.0')])).toEqual({
      found: { name: 'a', version: '2.0.0' },
      read: ['2.0.0'],
    })
})

test('what can’t be read is refused as it is listed', async () => {
  const { found, read } = await resolve('a', [version('2.0.0', '>=7.0.0'), version('1.0.0', '>=8.0.0')], [])
  expect([found, read]).toEqual(['incompatible', ['2.0.0', '1.0.0']])
})

test('nothing is read where the list passes nothing over, or nobody asks for what suits', async () => {
  const early = { ...version('3.0.0-rc.1', '>=1.0.0'), prerelease: true }
  const listed = [early, version('2.0.0', '>=1.0.0'), version('1.0.0', '>=7.0.0')]
  expect((await resolve('a', listed, listed)).read).toEqual([])
  const refusing = [{ ...early, compatibility: { reader: '>=7.0.0' } }, version('2.0.0', '>=7.0.0')]
  expect((await resolve('a', refusing, refusing, { apps: [] })).read).toEqual([])
  expect((await resolve('a', refusing, refusing, { ignoreCompatibility: true })).read).toEqual([])
  expect(await resolve('a>=4', refusing, refusing)).toEqual({ found: 'package-not-found', read: [] })
})
