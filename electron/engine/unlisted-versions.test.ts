import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
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
  await mkdir(path.join(folder.path, 'model'))
  writeFileSync(path.join(folder.path, 'model/a.bin'), Buffer.alloc(5000, 1))
  for (const version of ['1.0.0', '1.1.0'])
    await engine.publish(path.join(folder.path, 'model'), { name: 'model', version }, 'local')
})
afterEach(async () => {
  await engine.stop()
  await folder.remove()
})
const objectOf = (version: string, name: string) =>
  path.join(folder.path, 'home/registry/models', `model-${version}`, name)
const resolve = (spec: string) => engine.api.catalog.resolve({ connectionId: 'local', spec })

test('a version that is damaged where it is published is damaged, not missing', async () => {
  writeFileSync(objectOf('1.1.0', 'meta.json'), '{')
  const damaged = { code: 'meta-invalid' }
  for (const spec of ['model==1.1.0', 'model-1.1.0', 'model>=1.1'])
    await expect(resolve(spec)).rejects.toMatchObject(damaged)
  expect(await resolve('model')).toEqual({ name: 'model', version: '1.0.0' })
  writeFileSync(objectOf('1.0.0', 'meta.json'), '{')
  await expect(resolve('model')).rejects.toMatchObject(damaged)
  for (const spec of ['mode', 'model==1.2.0', 'model>=2'])
    await expect(resolve(spec)).rejects.toMatchObject({ code: 'package-not-found' })
})

test('so is one whose archive is cut or gone', async () => {
  truncateSync(objectOf('1.1.0', 'archive.gz'), 100)
  await expect(resolve('model==1.1.0')).rejects.toMatchObject({ code: 'archive-mismatch' })
  rmSync(objectOf('1.1.0', 'archive.gz'))
  await expect(resolve('model==1.1.0')).rejects.toMatchObject({
    code: 'archive-damaged',
    details: { ref: 'model==1.1.0' },
  })
})

test('of a version that was taken back it is told by whom, when and why', async () => {
  await engine.api.catalog.unpublish({
    connectionId: 'local',
    ref: { name: 'model', version: '1.1.0' },
    why: 'wrong labels',
  })
  const { by, when } = JSON.parse(
    readFileSync(path.join(folder.path, 'home/registry/orbital/withdrawn/model-1.1.0.json'), 'utf8'),
  )
  const withdrawn = { by, when, why: 'wrong labels' }
  for (const spec of ['model==1.1.0', 'model-1.1.0'])
    await expect(resolve(spec)).rejects.toMatchObject({ code: 'package-not-found', details: { withdrawn } })
  expect(await resolve('model')).toEqual({ name: 'model', version: '1.0.0' })
})
