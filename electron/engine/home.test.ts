import path from 'node:path'
import { expect, test } from 'vitest'
import { homeFolder } from './home.ts'

test.each([
  [{ ORBITAL_HOME: '/a/b', XDG_DATA_HOME: '/d' }, 'linux', '/a/b'],
  [{ ORBITAL_HOME: '', XDG_DATA_HOME: '/d' }, 'linux', '/d/orbital'],
  [{ XDG_DATA_HOME: 'relative' }, 'linux', '/home/p/.local/share/orbital'],
  [{}, 'linux', '/home/p/.local/share/orbital'],
  [{}, 'darwin', '/home/p/Library/Application Support/Orbital'],
  [{ LOCALAPPDATA: 'C:\\Users\\p\\AppData\\Local' }, 'win32', 'C:\\Users\\p\\AppData\\Local\\Orbital'],
])('%j on %s', (env, platform, expected) => {
  expect(homeFolder(env, platform, '/home/p')).toBe(expected)
})

test('a relative ORBITAL_HOME is made absolute', () => {
  expect(homeFolder({ ORBITAL_HOME: 'x' }, 'linux', '/home/p')).toBe(path.resolve('x'))
})
