import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'

test('a library whose drive is gone is not made anew in its place, and works when it is back', async () => {
  await using folder = await createTempFolder()
  const drive = path.join(folder.path, 'drive')
  const home = path.join(folder.path, 'home')
  const first = await startTestEngine(home)
  const { id } = await first.api.libraries.add({ path: drive })
  await first.stop()
  renameSync(drive, `${drive}-away`)

  const { api, stop } = await startTestEngine(home)
  expect((await api.libraries.list({})).find((each) => each.id === id)).toMatchObject({ available: false })
  await expect(api.installed.list({ libraryId: id })).rejects.toMatchObject({ code: 'not-a-folder' })
  expect(existsSync(drive)).toBe(false)
  renameSync(`${drive}-away`, drive)
  expect(await api.installed.list({ libraryId: id })).toEqual([])
  await stop()
})

test('a library that could not be opened is tried again at the next call', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  mkdirSync(home, { recursive: true })
  writeFileSync(path.join(home, 'blocked'), '')
  mkdirSync(path.join(home, 'library'))
  symlinkSync(path.join(home, 'blocked'), path.join(home, 'library', '.orbital'))
  const { api, stop } = await startTestEngine(home)
  await expect(api.installed.list({})).rejects.toMatchObject({ code: 'path-not-allowed' })
  renameSync(path.join(home, 'library', '.orbital'), path.join(home, 'aside'))
  expect(await api.installed.list({})).toEqual([])
  await stop()
})

test('a link to a folder can be a library', async () => {
  await using folder = await createTempFolder()
  mkdirSync(path.join(folder.path, 'models'))
  symlinkSync(path.join(folder.path, 'models'), path.join(folder.path, 'link'))
  const { api, stop } = await startTestEngine(path.join(folder.path, 'home'))
  expect(await api.libraries.add({ path: path.join(folder.path, 'link') })).toMatchObject({ available: true })
  await stop()
})

test('a folder is one library, whatever it is called', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  const { api, stop } = await startTestEngine(home)
  await api.installed.list({})
  for (const [name, to] of [
    ['link', path.join(home, 'library')],
    ['home-link', home],
  ] as const)
    symlinkSync(to, path.join(folder.path, name))
  for (const place of ['link', 'home-link/library'])
    await expect(api.libraries.add({ path: path.join(folder.path, place) }), place).rejects.toMatchObject({
      code: 'already-exists',
    })
  expect(await api.libraries.list({})).toHaveLength(1)
  await stop()
  const byLink = await startTestEngine(home, { libraryPath: path.join(folder.path, 'link') })
  expect(await byLink.api.libraries.list({})).toMatchObject([{ id: 'default' }])
  await byLink.stop()
})

test('the one library that is named lies where one may be added, or nothing is made', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  mkdirSync(path.join(home, 'library', 'model-1.0.0'), { recursive: true })
  for (const place of ['library/model-1.0.0', 'state', '']) {
    const libraryPath = path.join(home, place)
    const { api, stop } = await startTestEngine(home, { libraryPath })
    await expect(api.installed.list({}), place).rejects.toMatchObject({ code: 'usage' })
    await stop()
    expect(existsSync(path.join(libraryPath, '.orbital')), place).toBe(false)
  }
  const { api, stop } = await startTestEngine(home, { libraryPath: path.join(folder.path, 'models') })
  expect(await api.installed.list({})).toEqual([])
  await stop()
})

test('no library lies in another one, around it, or in a folder of Orbital’s own', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  const { api, stop } = await startTestEngine(home)
  await api.libraries.add({ path: path.join(folder.path, 'models') })
  for (const place of ['models/.orbital/trash', 'models/inner', 'home', '', 'home/state', 'home/registry/models'])
    await expect(api.libraries.add({ path: path.join(folder.path, place) }), place).rejects.toMatchObject({
      code: 'usage',
    })
  expect(await api.libraries.add({ path: path.join(folder.path, 'models2') })).toMatchObject({ available: true })
  await stop()
})

test('a sample that can’t be published keeps nothing from working', async () => {
  await using folder = await createTempFolder()
  const sample = path.join(folder.path, 'sample')
  mkdirSync(sample)
  const engine = await startTestEngine(path.join(folder.path, 'home'), { samplePath: sample })
  expect(await engine.api.installed.list({})).toEqual([])
  expect(engine.logged.some((line) => line.includes('sample.not-published'))).toBe(true)
  await engine.stop()
})

test('what is there from the start has names that tell it apart: a library and a connection', async () => {
  await using folder = await createTempFolder()
  const { api, stop } = await startTestEngine(path.join(folder.path, 'home'))
  const names = [...(await api.libraries.list({})), ...(await api.connections.list({}))].map(({ name }) => name)
  expect(names).toEqual(['My library', 'This computer'])
  await stop()
})

test('a library keeps one version of each package from when it is told to, the built-in one too', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  const first = await startTestEngine(home)
  const { id } = await first.api.libraries.add({ path: path.join(folder.path, 'models') })
  expect(await first.api.libraries.update({ id, oneVersionPerPackage: true })).toMatchObject({
    name: 'models',
    oneVersionPerPackage: true,
  })
  await first.api.libraries.update({ id: 'default', oneVersionPerPackage: true, name: 'Mine' })
  await expect(first.api.libraries.update({ id: 'l-0', name: 'x' })).rejects.toMatchObject({
    code: 'library-not-found',
  })
  await expect(first.api.libraries.remove({ id: 'default' })).rejects.toMatchObject({ code: 'library-not-found' })
  await first.stop()

  const { api, stop } = await startTestEngine(home)
  expect(await api.libraries.list({})).toMatchObject([
    { id: 'default', name: 'Mine', path: path.join(home, 'library'), oneVersionPerPackage: true, isDefault: true },
    { id, name: 'models', oneVersionPerPackage: true },
  ])
  expect(await api.libraries.update({ id, oneVersionPerPackage: false })).toMatchObject({ oneVersionPerPackage: false })
  await stop()
})
