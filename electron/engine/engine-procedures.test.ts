import { renameSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine, type TestEngine } from '../../testkit/test-engine.ts'

let folder: TempFolder
let engine: TestEngine
beforeEach(async () => {
  folder = await createTempFolder()
  engine = await startTestEngine(path.join(folder.path, 'home'))
})
afterEach(async () => {
  await engine.stop()
  await folder.remove()
})
const place = (name: string) => path.join(folder.path, name)
const putModel = async () => {
  await mkdir(place('model'))
  writeFileSync(path.join(place('model'), 'a.bin'), Buffer.alloc(5000, 1))
  return place('model')
}
const fields = { name: 'model', version: '1.0.0' }

test('paths that are not from the root are refused, whatever folder the engine runs in', async () => {
  const { api } = engine
  const usage = { code: 'usage', details: { problem: expect.stringContaining('from the root') } }
  const { planId } = await api.publish.plan({ connectionId: 'local', path: await putModel(), fields })
  await expect(api.publish.plan({ connectionId: 'local', path: 'model' })).rejects.toMatchObject(usage)
  await expect(api.publish.build({ planId, out: 'out' })).rejects.toMatchObject(usage)
  await expect(api.install.plan({ source: { file: 'model-1.0.0.sputnik' } })).rejects.toMatchObject(usage)
  await expect(api.libraries.add({ path: 'models' })).rejects.toMatchObject({ code: 'usage' })
  const location = { kind: 'folder', path: 'models' } as const
  await expect(api.connections.add({ name: 'Team', location })).rejects.toMatchObject({ code: 'usage' })
})

test('a connection that is typed without a root is of the whole folder', async () => {
  await mkdir(place('team'))
  const candidate = { name: 'Team', location: { kind: 'folder' as const, path: place('team') } }
  const report = await engine.api.connections.test({ candidate })
  expect(report.checks.find(({ permission }) => permission === 'publish')).toMatchObject({ state: 'allowed' })
})

test('a library is not taken off the list while a transfer runs into it', async () => {
  const { api } = engine
  await engine.publish(await putModel(), fields, 'local')
  const library = await api.libraries.add({ path: place('models') })
  const source = { connectionId: 'local', ref: fields }
  const { planId } = await api.install.plan({ source, libraryId: library.id })
  const { transferId } = await api.install.start({ planId, ignoreCompatibility: true })
  await expect(api.libraries.remove({ id: library.id })).rejects.toMatchObject({ code: 'busy' })
  await api.transfers.wait({ id: transferId })
  await api.libraries.remove({ id: library.id })
  expect((await api.libraries.list({})).map(({ id }) => id)).toEqual(['default'])
})

test('a publish goes on in the place that it was started for, and in no other', async () => {
  const { api } = engine
  const add = (name: string) => ({ name: 'Team', location: { kind: 'folder' as const, path: place(name) } })
  await mkdir(place('one'))
  await mkdir(place('two'))
  const { id } = await api.connections.add(add('one'))
  const { planId } = await api.publish.plan({ connectionId: id, path: await putModel(), fields })
  await api.connections.update({ id, connection: add('two') })
  const { transferId } = await api.publish.start({ planId })
  const ended = () => api.transfers.wait({ id: transferId })
  expect((await ended()).state).toMatchObject({ kind: 'failed', error: { code: 'connection-changed' } })
  expect((await api.catalog.list({ connectionId: id, refresh: true })).packages).toEqual([])

  await api.connections.remove({ id })
  await api.transfers.resume({ id: transferId })
  expect((await ended()).state).toMatchObject({ kind: 'failed', error: { code: 'connection-not-found' } })
  expect((await api.transfers.list({})).map((each) => each.id)).toEqual([transferId])

  await api.connections.add({ ...add('one'), id })
  await api.transfers.resume({ id: transferId })
  expect((await ended()).state).toEqual({ kind: 'done' })
  expect((await api.catalog.list({ connectionId: id, refresh: true })).packages).toHaveLength(1)
})

test('a publish whose connection leads elsewhere can be cancelled', async () => {
  const { api } = engine
  const add = (name: string) => ({ name: 'Team', location: { kind: 'folder' as const, path: place(name) } })
  for (const name of ['one', 'two']) await mkdir(place(name))
  const { id } = await api.connections.add(add('one'))
  const { planId } = await api.publish.plan({ connectionId: id, path: await putModel(), fields })
  await api.connections.update({ id, connection: add('two') })
  const { transferId } = await api.publish.start({ planId })
  await api.transfers.wait({ id: transferId })
  expect(await api.transfers.cancel({ id: transferId })).toEqual({ discarded: true })
  expect((await api.transfers.list({})).map(({ state }) => state.kind)).toEqual(['cancelled'])
})

test('packages of all connections are found in what is kept of their lists, and no store is asked', async () => {
  const publisher = await startTestEngine(path.join(folder.path, 'publisher'))
  const model = await putModel()
  for (const name of ['listed', 'never-listed']) {
    await mkdir(place(name))
    const connection = { name, location: { kind: 'folder', path: place(name) } } as const
    await publisher.api.connections.add(connection)
    await publisher.publish(model, { name: `model_${name.replaceAll('-', '_')}`, version: '1.0.0' }, name)
    await engine.api.connections.add(connection)
  }
  await publisher.stop()
  await engine.api.catalog.list({ connectionId: 'listed' })
  // After a restart, with the store away.
  await engine.stop()
  engine = await startTestEngine(path.join(folder.path, 'home'))
  renameSync(place('listed'), place('away'))
  const search = (query: string, exceptId?: string) =>
    engine.api.catalog.searchKept({ query, atMost: 3, ...(exceptId === undefined ? {} : { exceptId }) })
  const found = await search('model')
  expect(found.map((each) => [each.connectionId, each.package.name])).toEqual([['listed', 'model_listed']])
  expect(await search('model', 'listed')).toEqual([])
  expect(await search('nothing like it')).toEqual([])
})
