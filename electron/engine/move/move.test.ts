import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { copyTree } from './copy-tree.ts'
import { requireRoom } from './move-runner.ts'
import { removeListed } from './remove-listed.ts'
import { isSameTree, listTree } from './tree-listing.ts'

const disk = createNodeDisk()
const io = { signal: new AbortController().signal }
let folder: TempFolder
let from: string
let to: string
const put = (place: string, bytes: string) => {
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, bytes)
}
const copy = async (entries: Awaited<ReturnType<typeof listTree>>) =>
  copyTree(disk, { from, to, scratch: path.join(folder.path, 'scratch'), entries }, io)
const read = (place: string) => readFileSync(place, 'utf8')

beforeEach(async () => {
  folder = await createTempFolder()
  from = path.join(folder.path, 'from')
  to = path.join(folder.path, 'to')
  put(path.join(from, 'a/b.txt'), 'b')
  put(path.join(from, 'c.txt'), 'c')
  mkdirSync(to)
})
afterEach(() => folder.remove())

describe('a copy of a tree', () => {
  test('has times and permissions of the first one, and what is whole is not written again', async () => {
    utimesSync(path.join(from, 'c.txt'), 1_700_000_000.1239, 1_700_000_000.1239)
    const entries = await listTree(disk, from, [], io)
    await copy(entries)
    const before = statSync(path.join(to, 'c.txt'))
    expect(Math.floor(before.mtimeMs)).toBe(Math.floor(statSync(path.join(from, 'c.txt')).mtimeMs))
    await copy(entries)
    expect(statSync(path.join(to, 'c.txt')).ino).toBe(before.ino)
    put(path.join(to, 'c.txt'), 'x')
    put(path.join(to, 'stray/d.txt'), 'of an earlier listing')
    await copy(entries)
    expect(read(path.join(to, 'c.txt'))).toBe('c')
    expect((await listTree(disk, to, [], io)).map((entry) => entry.path).sort()).toEqual(['a', 'a/b.txt', 'c.txt'])
  })

  test('tells of what an earlier run had copied apart from what it copies', async () => {
    put(path.join(from, 'c.txt'), 'longer')
    const entries = await listTree(disk, from, [], io)
    const told = { received: 0, settled: 0, kept: 0 }
    const tell = (what: keyof typeof told) => (bytes: number) => {
      told[what] += bytes
    }
    const hearers = { ...io, onReceived: tell('received'), onSettled: tell('settled'), onKept: tell('kept') }
    const run = () => copyTree(disk, { from, to, scratch: path.join(folder.path, 'scratch'), entries }, hearers)
    await run()
    expect(told).toEqual({ received: 7, settled: 7, kept: 0 })
    disk.removeFile(path.join(to, 'a/b.txt'))
    await run()
    expect(told).toEqual({ received: 8, settled: 8, kept: 6 })
  })

  test('leaves out what changed since it was listed, and the next listing tells', async () => {
    const entries = await listTree(disk, from, [], io)
    put(path.join(from, 'c.txt'), 'longer')
    await copy(entries)
    expect(disk.facts(path.join(to, 'c.txt'))).toBeUndefined()
    const again = await listTree(disk, from, [], io)
    expect(isSameTree(entries, again)).toBe(false)
    await copy(again)
    expect(read(path.join(to, 'c.txt'))).toBe('longer')
    expect(isSameTree(again, await listTree(disk, from, [], io))).toBe(true)
  })

  test('of a file that the disk gives back otherwise fails', async () => {
    const forgetful = {
      ...disk,
      open: (place: string, mode: 'read' | 'create' | 'update') => {
        const file = disk.open(place, mode)
        return mode === 'create'
          ? {
              ...file,
              write: (bytes: Uint8Array, offset: number) =>
                file.write(
                  bytes.map((byte) => byte ^ 1),
                  offset,
                ),
            }
          : file
      },
    }
    const entries = await listTree(disk, from, [], io)
    const given = { from, to, scratch: path.join(folder.path, 'scratch'), entries }
    await expect(copyTree(forgetful, given, io)).rejects.toMatchObject({ code: 'disk-failed' })
  })
})

test('of the old place only what was listed and is the same is deleted', async () => {
  const entries = await listTree(disk, from, [], io)
  put(path.join(from, 'a/new.txt'), 'put there meanwhile')
  put(path.join(from, 'c.txt'), 'changed meanwhile')
  await removeListed(disk, from, entries, io)
  expect((await listTree(disk, from, [], io)).map((entry) => entry.path).sort()).toEqual(['a', 'a/new.txt', 'c.txt'])
  await removeListed(disk, from, await listTree(disk, from, [], io), io)
  expect(disk.facts(from)).toBeUndefined()
})

test('the folders that a copy made are durable before the journal says that it is whole', async () => {
  const steps: string[] = []
  const told = {
    ...disk,
    onOneVolume: () => false,
    syncFolder(place: string) {
      steps.push(place)
      disk.syncFolder(place)
    },
    append(...given: Parameters<typeof disk.append>) {
      if (Buffer.from(given[1]).includes('"placing"')) steps.push('placing')
      disk.append(...given)
    },
  }
  const { api, stop } = await startTestEngine(path.join(folder.path, 'home'), {}, told)
  const { id } = await api.libraries.add({ path: from })
  const made = path.join(folder.path, 'made')
  const { transferId } = await api.libraries.move({ id, path: made })
  expect(await api.transfers.wait({ id: transferId })).toMatchObject({ state: { kind: 'done' } })
  const before = steps.slice(0, steps.indexOf('placing'))
  expect(before).toEqual(
    expect.arrayContaining([path.join(made, `.orbital-moving-${transferId}`), made, path.dirname(made)]),
  )
  expect(steps).toContain('placing')
  await stop()
})

test('nothing is deleted behind a folder of the old place that became a link', async () => {
  const entries = await listTree(disk, from, [], io)
  const elsewhere = path.join(folder.path, 'elsewhere')
  renameSync(path.join(from, 'a'), elsewhere)
  symlinkSync(elsewhere, path.join(from, 'a'))
  await removeListed(disk, from, entries, io)
  expect(read(path.join(elsewhere, 'b.txt'))).toBe('b')
  expect(disk.facts(path.join(from, 'c.txt'))).toBeUndefined()
})

test('an inode says nothing about what another run has listed', async () => {
  const entries = (await listTree(disk, from, [], io)).map((entry) => ({ ...entry, inode: entry.inode + 1 }))
  await removeListed(disk, from, entries, io)
  expect(disk.facts(from)).toBeUndefined()
})

/** Run as somebody whom permissions stop: root is stopped by none. */
const asNobody = `
  import fs from 'node:fs'
  const [folder, ...modules] = process.argv.slice(1)
  const [{ createNodeDisk }, { copyTree }, { removeListed }, { listTree }] = await Promise.all(modules.map((each) => import(each)))
  if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
  const at = (name) => folder + '/' + name
  const io = { signal: new AbortController().signal }
  fs.mkdirSync(at('parent/from/v/closed/inner'), { recursive: true })
  fs.mkdirSync(at('copy'))
  fs.writeFileSync(at('parent/from/v/closed/inner/file'), 'x')
  for (const name of ['parent/from/v/closed/inner', 'parent/from/v/closed', 'parent']) fs.chmodSync(at(name), 0o555)
  const disk = createNodeDisk()
  const entries = await listTree(disk, at('parent/from'), [], io)
  const copy = (entries) => copyTree(disk, { from: at('parent/from'), to: at('copy'), scratch: at('scratch'), entries }, io)
  await copy(entries)
  await copy(entries.filter(({ path }) => !path.endsWith('inner') && !path.endsWith('file')))
  const copied = fs.readdirSync(at('copy/v/closed'))
  await removeListed(disk, at('parent/from'), entries, io)
  console.log(JSON.stringify({ copied, old: fs.readdirSync(at('parent/from')), parent: fs.statSync(at('parent')).mode & 0o777 }))
`

test.skipIf(process.platform === 'win32')(
  'folders that are read-only are deleted where they may be, and the folder around the library stays as it is',
  async () => {
    await chmod(folder.path, 0o777)
    const modules = ['../disk/node-disk.ts', './copy-tree.ts', './remove-listed.ts', './tree-listing.ts'].map((each) =>
      pathToFileURL(path.resolve(import.meta.dirname, each)),
    )
    const given = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', asNobody, folder.path]
    const { stdout } = await promisify(execFile)(process.execPath, [...given, ...modules.map((each) => each.href)])
    expect(JSON.parse(stdout)).toEqual({ copied: [], old: [], parent: 0o555 })
  },
)

test('a folder where only a file manager left something counts as empty', async () => {
  const { api, stop } = await startTestEngine(path.join(folder.path, 'home'))
  const { id } = await api.libraries.add({ path: from })
  for (const name of ['.DS_Store', 'desktop.ini', 'Thumbs.db']) put(path.join(to, name), 'made anew')
  const { transferId } = await api.libraries.move({ id, path: to })
  expect(await api.transfers.wait({ id: transferId })).toMatchObject({ state: { kind: 'done' } })
  expect(read(path.join(to, 'c.txt'))).toBe('c')
  expect(disk.facts(path.join(to, 'Thumbs.db'))).toBeUndefined()
  put(path.join(from, 'mine.txt'), 'x')
  await expect(api.libraries.move({ id, path: from })).rejects.toMatchObject({
    code: 'already-exists',
    details: { what: path.join(from, 'mine.txt'), remedy: expect.stringContaining('a folder that is empty') },
  })
  await stop()
})

describe('a move is refused', () => {
  test('in words, before anything is done', async () => {
    const home = path.join(folder.path, 'home')
    const { api, stop } = await startTestEngine(home)
    const { id } = await api.libraries.add({ path: from, name: 'Models' })
    await api.libraries.add({ path: path.join(folder.path, 'other') })
    symlinkSync(from, path.join(folder.path, 'link'))
    put(path.join(folder.path, 'full/notes.txt'), 'mine')
    const refused = [
      ['from', 'usage', 'lies in'],
      ['from/inner', 'usage', 'inside another one'],
      ['link/inner', 'usage', 'inside another one'],
      ['', 'usage', 'inside another one'],
      ['other/inner', 'usage', 'inside another one'],
      ['home/state/x', 'usage', 'Orbital’s own'],
      ['full', 'already-exists', 'notes.txt'],
      ['full/notes.txt', 'already-exists', 'notes.txt'],
      ['nowhere/models', 'path-not-found', 'nowhere'],
    ] as const
    for (const [place, code, told] of refused) {
      for (const verb of ['planMove', 'move'] as const)
        await expect(api.libraries[verb]({ id, path: path.join(folder.path, place) }), place).rejects.toMatchObject({
          code,
          message: expect.stringContaining(told),
        })
    }
    await expect(api.libraries.planMove({ id, path: 'models' })).rejects.toMatchObject({ code: 'usage' })
    await expect(api.libraries.planMove({ id: 'l-0', path: to })).rejects.toMatchObject({ code: 'library-not-found' })
    expect(await api.transfers.list({})).toEqual([])
    expect(read(path.join(from, 'a/b.txt'))).toBe('b')
    await stop()
  })

  test('where there is too little room, with how much it needs and how much there is', () => {
    const small = { ...disk, volume: () => ({ totalBytes: 9_000_000_000, freeBytes: 1_000_000_000 }) }
    expect(() => requireRoom(small, to, 900_000_000)).not.toThrow()
    expect(() => requireRoom(small, to, 2_000_000_000)).toThrow(
      expect.objectContaining({
        code: 'disk-full',
        details: { path: to, neededBytes: expect.any(Number), freeBytes: 1_000_000_000 },
      }),
    )
  })

  test('by settings that can’t be written with nothing done, and can be cancelled', async () => {
    const full = {
      ...disk,
      replace(place: string, ...rest: [Uint8Array]) {
        if (path.basename(place) === 'settings.json' && Buffer.from(rest[0]).includes('movingTo'))
          throw new AppError('disk-full', { path: place })
        disk.replace(place, ...rest)
      },
    }
    const { api, stop } = await startTestEngine(path.join(folder.path, 'home'), {}, full)
    const { id } = await api.libraries.add({ path: from })
    const { transferId } = await api.libraries.move({ id, path: to })
    expect(await api.transfers.wait({ id: transferId })).toMatchObject({
      state: { kind: 'paused', error: { code: 'disk-full' } },
    })
    await api.transfers.cancel({ id: transferId })
    expect((await api.libraries.list({})).find((each) => each.id === id)?.path).toBe(from)
    expect(read(path.join(from, 'a/b.txt'))).toBe('b')
    await stop()
  })

  test('while somebody else works in the library, and a place that was left can become a library again', async () => {
    const home = path.join(folder.path, 'home')
    const { api, stop } = await startTestEngine(home)
    const { id } = await api.libraries.add({ path: from })
    const lease = path.join(from, '.orbital', 'leases', 'somebody.json')
    put(lease, JSON.stringify({ format: 1, by: { host: 'elsewhere', pid: 1, startedAt: '', bootId: '' }, nonce: 'n' }))
    const { transferId } = await api.libraries.move({ id, path: to })
    expect(await api.transfers.wait({ id: transferId })).toMatchObject({
      state: { kind: 'failed', error: { code: 'busy' } },
    })
    expect((await api.libraries.list({})).find((each) => each.id === id)?.path).toBe(from)
    disk.removeFile(lease)
    expect((await api.libraries.move({ id, path: to })).transferId).toBe(transferId)
    expect(await api.transfers.wait({ id: transferId })).toMatchObject({ state: { kind: 'done' } })
    mkdirSync(from)
    const second = await api.libraries.add({ path: from })
    expect(second.id).not.toBe(id)
    expect((await api.libraries.list({})).map((each) => each.path)).toEqual([path.join(home, 'library'), to, from])
    await stop()
  })
})
