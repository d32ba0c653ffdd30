import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { engineContract } from '../../shared/ipc/engine-api.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { createNodeDisk } from './disk/node-disk.ts'
import { createSettingsFile } from './settings.ts'

const fileIn = (home: string) => createSettingsFile({ disk: createNodeDisk(), log: { write: () => {} }, home })
const damagedIn = (home: string) => readdirSync(home).filter((name) => name.includes('damaged'))

test('a change as it comes from a window leaves every other setting as it is', async () => {
  await using folder = await createTempFolder()
  const file = fileIn(folder.path)
  file.set({ publisherName: 'Ada', transfersAtOnce: 3, apps: [{ name: 'scorer', version: '2.0.0' }] })
  const { changes } = engineContract.settings.set.input.parse({ changes: { theme: 'dark' } })
  expect(file.set(changes)).toMatchObject({
    theme: 'dark',
    publisherName: 'Ada',
    transfersAtOnce: 3,
    apps: [{ name: 'scorer', version: '2.0.0' }],
  })
})

test('of a damaged file what can be read stays in use, and one copy of it is kept', async () => {
  await using folder = await createTempFolder()
  const library = { id: 'l-1', name: 'models', path: '/models', oneVersionPerPackage: false }
  const damaged = JSON.stringify({
    format: 1,
    settings: { publisherName: 'Ada', transfersAtOnce: 'many', theme: 'dark' },
    libraries: [library, { id: 7 }],
  })
  writeFileSync(path.join(folder.path, 'settings.json'), damaged)
  const file = fileIn(folder.path)
  for (let n = 0; n < 3; n++) {
    expect(file.get()).toMatchObject({ publisherName: 'Ada', theme: 'dark', transfersAtOnce: 1 })
    expect(file.libraries()).toEqual([library])
  }
  expect(damagedIn(folder.path)).toEqual(['settings.json.damaged-1'])
  expect(readFileSync(path.join(folder.path, 'settings.json.damaged-1'), 'utf8')).toBe(damaged)
})

test('no JSON at all is kept aside once, and the defaults hold', async () => {
  await using folder = await createTempFolder()
  writeFileSync(path.join(folder.path, 'settings.json'), '{"format": 1, "setti')
  const file = fileIn(folder.path)
  expect([file.get().theme, file.get().theme]).toEqual(['system', 'system'])
  expect(damagedIn(folder.path)).toHaveLength(1)
})

test('a setting that only another version of Orbital knows is no damage', async () => {
  await using folder = await createTempFolder()
  writeFileSync(
    path.join(folder.path, 'settings.json'),
    JSON.stringify({ format: 1, settings: { theme: 'dark', later: true }, libraries: [] }),
  )
  expect(fileIn(folder.path).get().theme).toBe('dark')
  expect(damagedIn(folder.path)).toEqual([])
})
