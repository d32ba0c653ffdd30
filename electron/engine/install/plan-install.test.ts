import { expect, test } from 'vitest'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import type { CompatibilityMap, Manifest } from '../../../shared/model/package.ts'
import { type PlanInput, planInstall } from './plan-install.ts'

const MiB = 1024 * 1024
const manifest = (version: string, compatibility?: CompatibilityMap): Manifest => ({
  ref: { name: 'model', version },
  info: { name: 'model', version, ...(compatibility === undefined ? {} : { compatibility }) },
  files: [
    { path: 'a/small.txt', sizeBytes: 10, startOffset: 0, endOffset: 40, checksum: { algorithm: 'md5', hex: 'a' } },
    {
      path: 'a/large.bin',
      sizeBytes: 40 * MiB,
      startOffset: 40,
      endOffset: 30 * MiB,
      checksum: { algorithm: 'md5', hex: 'b' },
    },
  ],
  archive: { md5: '', sizeBytes: 30 * MiB },
  totalBytes: 40 * MiB + 10,
})
const installed = (version: string, more: Partial<InstalledVersion> = {}): InstalledVersion => ({
  ref: { name: 'model', version },
  libraryId: 'library',
  title: 'model',
  description: '',
  path: '/library',
  diskBytes: 1,
  fileCount: 1,
  kept: false,
  ...more,
})
const plan = (more: Partial<PlanInput> = {}) =>
  planInstall({
    planId: 'p',
    source: { kind: 'connection', connectionId: 'c' },
    manifest: manifest('2.0.0'),
    metaBytes: Buffer.from('{}'),
    libraryId: 'library',
    installed: [],
    volume: { totalBytes: 1000 * MiB, freeBytes: 100 * MiB },
    oneVersionPerPackage: false,
    apps: [],
    ...more,
  })

test('space counts whole blocks, folders, meta, and the spool of a large unsplit file', () => {
  const disk = 40 * MiB + 4096 + 4096 + 4096
  const store = plan().plan
  expect(store).toMatchObject({ diskBytes: 40 * MiB + 10, downloadBytes: 30 * MiB, fileCount: 2, enoughSpace: true })
  expect(store.neededBytes).toBe(disk + 30 * MiB)
  expect(store.freeAfterBytes).toBe(100 * MiB - disk)
  const file = plan({ source: { kind: 'file', path: '/x.sputnik' } }).plan
  expect(file).toMatchObject({ neededBytes: disk, downloadBytes: 0 })
  expect(file.connectionId).toBeUndefined()
  expect(plan({ volume: { totalBytes: 0, freeBytes: 50 * MiB } }).plan.enoughSpace).toBe(false)
})

test('verified with the same files is already installed; anything else makes way', () => {
  const verified = installed('2.0.0', { verifiedAt: '2026-01-01T00:00:00.000Z' })
  const same = { installed: [verified], installedManifest: manifest('2.0.0') }
  expect(plan(same).plan).toMatchObject({ alreadyInstalled: true, neededBytes: 0, replaces: [] })
  expect(plan({ ...same, force: true }).plan).toMatchObject({ alreadyInstalled: false, replaces: ['2.0.0'] })
  expect(plan({ ...same, installed: [installed('2.0.0')] }).plan).toMatchObject({
    alreadyInstalled: false,
    replaces: [],
  })
  const other = { ...manifest('2.0.0'), files: manifest('2.0.0').files.slice(1) }
  expect(plan({ ...same, installedManifest: other }).plan).toMatchObject({
    alreadyInstalled: false,
    replaces: ['2.0.0'],
  })
})

test('an upgrade replaces the next lower version, unless it is kept or an app needs it', () => {
  const all = [installed('3.0.0'), installed('1.9.0'), installed('1.10.0')]
  expect(plan({ installed: all }).request.toTrash).toEqual([])
  expect(plan({ installed: all, upgrade: true }).request.toTrash).toEqual(['1.10.0'])
  expect(plan({ installed: [installed('1.0.0', { kept: true })], upgrade: true }).request.toTrash).toEqual([])
  const apps = [{ name: 'viewer', version: '1.0' }]
  const old = installed('1.0.0', { compatibility: { viewer: '<2.0.0' } })
  const input = { installed: [old], upgrade: true, manifest: manifest('2.0.0', { viewer: '>=2.0.0' }) }
  expect(plan({ ...input, apps }).request.toTrash).toEqual([])
  expect(plan({ ...input, apps }).plan.verdict).toBe('not-compatible')
  expect(plan({ ...input, apps: [{ name: 'viewer', version: '2' }] }).request.toTrash).toEqual(['1.0.0'])
})

test('one version per package replaces all others but kept ones', () => {
  const all = [installed('3.0.0'), installed('1.0.0', { kept: true }), installed('0.9.0')]
  const { plan: shown, request } = plan({ installed: all, oneVersionPerPackage: true })
  expect(shown.replaces).toEqual(['3.0.0', '0.9.0'])
  expect(request.toTrash).toEqual(['3.0.0', '0.9.0'])
})
