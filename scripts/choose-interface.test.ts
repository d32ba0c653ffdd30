import { describe, expect, test } from 'vitest'
import { type Circumstances, chooseInterface, isBuildStale } from './choose-interface.ts'

function choose(change: Partial<Circumstances> & { readonly files?: Readonly<Record<string, string>> }) {
  const { files = {}, ...rest } = change
  return chooseInterface({
    env: { DISPLAY: ':0' },
    platform: 'linux',
    electronFolder: '/e',
    readText: (path) => files[path],
    isFile: (path) => path in files,
    ...rest,
  })
}
const installed = { '/e/path.txt': 'electron', '/e/dist/electron': '' }

describe('npm start', () => {
  test('takes the browser when asked, even with a runtime', () => {
    expect(choose({ env: { DISPLAY: ':0', ORBITAL_UI: 'browser' }, files: installed }).kind).toBe('browser')
  })
  test('takes the browser on a Linux without a screen, and only there', () => {
    expect(choose({ env: {}, files: installed }).kind).toBe('browser')
    expect(choose({ env: { WAYLAND_DISPLAY: 'wayland-0' }, files: installed }).kind).toBe('electron')
    const mac = { '/e/path.txt': 'Electron.app/x', '/e/dist/Electron.app/x': '' }
    expect(choose({ env: {}, platform: 'darwin', files: mac }).kind).toBe('electron')
  })
  test.each([
    ['linux', '/r/electron'],
    ['win32', '/r/electron.exe'],
    ['darwin', '/r/Electron.app/Contents/MacOS/Electron'],
  ])('takes the named runtime first on %s', (platform, executable) => {
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/r' }
    expect(choose({ env, platform, files: { ...installed, [executable]: '' } })).toEqual({
      kind: 'electron',
      executable,
    })
  })
  test('takes the installed one when the named folder has none', () => {
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/nothing' }
    expect(choose({ env, files: installed })).toEqual({ kind: 'electron', executable: '/e/dist/electron' })
  })
  test('would download when there is none, or only half of one', () => {
    expect(choose({}).kind).toBe('download')
    expect(choose({ files: { '/e/path.txt': 'electron' } }).kind).toBe('download')
    expect(choose({ files: { '/e/dist/electron': '' } }).kind).toBe('download')
    expect(choose({ files: { '/e/path.txt': '', '/e/dist/electron': '' } }).kind).toBe('download')
  })
})

test('a build is stale when a part is missing or older than a source', () => {
  expect(isBuildStale([5, 6], 4)).toBe(false)
  expect(isBuildStale([5, 3], 4)).toBe(true)
  expect(isBuildStale([5, undefined], 4)).toBe(true)
})
