import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { samplePath } from './sample-path.ts'

test('at first start the built-in registry lists the sample, without asking for a refresh', async () => {
  await using folder = await createTempFolder()
  const engine = await startTestEngine(path.join(folder.path, 'home'), { samplePath: samplePath() })
  const { packages, connectionId } = await engine.api.catalog.list({})
  expect(connectionId).toBe('local')
  expect(packages).toMatchObject([{ name: 'digit_recogniser', title: 'Digit recogniser' }])
  const installed = await engine.install({ name: 'digit_recogniser', version: '1.0.0' })
  expect(installed.state).toEqual({ kind: 'done' })
  expect(engine.changes).toContainEqual(
    expect.objectContaining({ kind: 'package.published', name: 'digit_recogniser' }),
  )
  await engine.stop()
})

test('a first start that was cut short is made up for at the next', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  await (await startTestEngine(home)).stop()
  const engine = await startTestEngine(home, { samplePath: samplePath() })
  expect((await engine.api.catalog.list({})).packages).toHaveLength(1)
  await engine.stop()
})

test('a first start that was killed while it published is gone on with at the next', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  mkdirSync(path.join(home, 'registry', 'models', 'digit_recogniser-1.0.0'), { recursive: true })
  const engine = await startTestEngine(home, { samplePath: samplePath() })
  expect((await engine.api.catalog.list({})).packages).toHaveLength(1)
  await engine.stop()
})

test('an engine that stops ends the calls that brought no signal of their own', async () => {
  await using folder = await createTempFolder()
  const engine = await startTestEngine(path.join(folder.path, 'home'))
  await engine.stop()
  await expect(engine.api.disk.usage({})).rejects.toMatchObject({ code: 'cancelled' })
})
