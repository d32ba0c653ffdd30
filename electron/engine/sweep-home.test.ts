import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'

test('what a killed process left of a file that it was writing, secrets maybe, is gone after the next start', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  const state = path.join(home, 'state')
  const catalog = path.join(state, 'catalog')
  mkdirSync(catalog, { recursive: true })
  const put = (parent: string, name: string, ageMs: number) => {
    const file = path.join(parent, name)
    writeFileSync(file, '{"secrets":{}}')
    utimesSync(file, new Date(), new Date(Date.now() - ageMs))
  }
  const half = '.orbital-new-0123456789abcdef01'
  for (const parent of [home, state, catalog]) put(parent, half, 61_000)
  // One may be written at this moment, and an export may be gone on with.
  put(home, '.orbital-new-0123456789abcdef02', 0)
  put(home, '.orbital-new-0b5a3f0e-0d0c-4c51-9a43-2a0f3c7f7f11', 61_000)
  await (await startTestEngine(home)).stop()
  const left = [home, state, catalog].flatMap((parent) => readdirSync(parent))
  expect(left.filter((name) => name.startsWith('.orbital-new-')).sort()).toEqual([
    '.orbital-new-0123456789abcdef02',
    '.orbital-new-0b5a3f0e-0d0c-4c51-9a43-2a0f3c7f7f11',
  ])
})
