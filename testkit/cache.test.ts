import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached, download } from './cache.ts'
import { createTempFolder, type TempFolder } from './temp-folder.ts'

let root: TempFolder

beforeEach(async () => {
  root = await createTempFolder()
  vi.stubEnv('ORBITAL_TEST_CACHE', root.path)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await root.remove()
})

const fill = (text: string) => async (folder: string) => {
  await writeFile(join(folder, 'file'), text)
  return undefined
}

test('produces once, then finds it', async () => {
  const path = join(root.path, 'thing')
  expect(await cached({ thing: 'thing', produce: fill('first') })).toBe(path)
  expect(await cached({ thing: 'thing', produce: fill('second') })).toBe(path)
  expect(await readFile(join(path, 'file'), 'utf8')).toBe('first')
  expect(await readdir(root.path)).toEqual(['thing'])
})

test('lets only one of several producers at a time do the work', async () => {
  let runs = 0
  const produce = async (folder: string) => {
    runs += 1
    await wait(50)
    return fill('x')(folder)
  }
  await Promise.all(Array.from({ length: 5 }, () => cached({ thing: 'thing', produce })))
  expect(runs).toBe(1)
})

test('leaves nothing behind when producing fails, and says why', async () => {
  const failing = async () => {
    throw new Error('the cable is out')
  }
  expect(await cached({ thing: 'thing', produce: failing })).toEqual({ missing: 'thing: the cable is out' })
  expect(await cached({ thing: 'thing', produce: async () => ({ missing: 'no luck' }) })).toEqual({
    missing: 'thing: no luck',
  })
  expect(await readdir(root.path)).toEqual([])
})

test('takes over the lock of a process that is gone', async () => {
  await writeFile(join(root.path, 'thing.lock'), '4194303')
  expect(await cached({ thing: 'thing', produce: fill('x') })).toBe(join(root.path, 'thing'))
})

test('does not wait for ever for the lock of a process that lives', async () => {
  await writeFile(join(root.path, 'thing.lock'), String(process.pid))
  expect(await cached({ thing: 'thing', produce: fill('x'), lockWaitMs: 300 })).toMatchObject({
    missing: expect.stringContaining('another process'),
  })
})

test('a download is refused unless its sha256 is the pinned one', async () => {
  const folder = join(root.path, 'download')
  await mkdir(folder)
  const script = "require('node:fs').writeFileSync('a.whl', 'content')"
  const options = { command: process.execPath, args: ['-e', script], folder, suffix: '.whl' }
  const sha256 = createHash('sha256').update('content').digest('hex')
  expect(await download({ ...options, sha256 })).toBe(join(folder, 'a.whl'))
  expect(await download({ ...options, sha256: sha256.replace(/^./, 'x') })).toMatchObject({
    missing: expect.stringContaining('pinned'),
  })
})

test('a download whose client fails, or is not there, says so', async () => {
  const folder = root.path
  const failing = { folder, suffix: '.whl', sha256: '' }
  expect(
    await download({
      ...failing,
      command: process.execPath,
      args: ['-e', 'console.error("not found"); process.exit(3)'],
    }),
  ).toEqual({ missing: 'could not be downloaded (not found)' })
  expect(await download({ ...failing, command: 'no-such-client', args: [] })).toEqual({
    missing: 'could not be downloaded (no-such-client is not installed)',
  })
})

test('temporary folders are removed with what cannot be read in them', async () => {
  const folder = await createTempFolder()
  await mkdir(join(folder.path, 'closed', 'inner'), { recursive: true })
  await mkdir(join(folder.path, 'shut'), { mode: 0o000 })
  await folder.remove()
  expect(existsSync(folder.path)).toBe(false)
})
