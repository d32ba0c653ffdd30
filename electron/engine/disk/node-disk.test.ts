import { execFileSync } from 'node:child_process'
import { chmod, link, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { toDiskError } from './disk-errors.ts'
import { createNodeDisk } from './node-disk.ts'
import { renameSoon, renameWithRetry } from './retry-rename.ts'

const disk = createNodeDisk()
const isRoot = process.getuid?.() === 0
const isPosix = process.platform !== 'win32'
let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())
const at = (...parts: string[]) => join(folder.path, ...parts)
const bytes = (text: string) => Buffer.from(text)
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('files', () => {
  test('are created once, appended to, replaced and read', async () => {
    disk.create(at('a'), bytes('one'))
    expect(() => disk.create(at('a'), bytes('two'))).toThrow(code('already-exists'))
    disk.append(at('a'), bytes(' two'))
    expect(Buffer.from(disk.read(at('a')) ?? []).toString()).toBe('one two')
    disk.replace(at('a'), bytes('three'))
    disk.replace(at('b'), bytes('secret'), { secret: true })
    expect(await readFile(at('a'), 'utf8')).toBe('three')
    if (isPosix) expect((await lstat(at('b'))).mode & 0o777).toBe(0o600)
    expect((await readdir(folder.path)).sort()).toEqual(['a', 'b'])
  })

  test('are cloned where the volume can, and else not touched', async () => {
    await writeFile(at('from'), 'hello', { mode: 0o444 })
    await writeFile(at('taken'), 'mine')
    if (disk.clone(at('from'), at('to'))) {
      expect(await readFile(at('to'), 'utf8')).toBe('hello')
      if (isPosix) expect((await lstat(at('to'))).mode & 0o777).toBe(0o666 & ~process.umask())
    } else expect(disk.facts(at('to'))).toBeUndefined()
    expect(disk.clone(at('from'), at('taken'))).toBe(false)
    expect(disk.clone(at('nothing'), at('other'))).toBe(false)
    expect(disk.facts(at('other'))).toBeUndefined()
    expect(await readFile(at('taken'), 'utf8')).toBe('mine')
  })

  test('that are missing, too large, or no files say so', async () => {
    expect(disk.read(at('nothing'))).toBeUndefined()
    expect(disk.facts(at('nothing', 'below'))).toBeUndefined()
    await writeFile(at('file'), 'hello')
    expect(disk.facts(at('file', 'below'))).toBeUndefined()
    expect(() => disk.read(at('file'), { maxBytes: 4 })).toThrow(code('package-too-large'))
    expect(() => disk.read(folder.path)).toThrow(code('file-unreadable'))
    expect(() => disk.open(at('nothing'), 'read')).toThrow(code('file-unreadable'))
    expect(() => disk.entries(at('nothing'))).toThrow(code('not-a-folder'))
    expect(() => disk.entries(at('file'))).toThrow(code('not-a-folder'))
  })

  test.runIf(isPosix)('that are FIFOs are refused without waiting for them', () => {
    execFileSync('mkfifo', [at('fifo')])
    expect(() => disk.open(at('fifo'), 'read')).toThrow(code('file-unreadable'))
    expect(disk.facts(at('fifo'))?.kind).toBe('special')
  })

  test('are written and read at offsets', () => {
    const open = disk.open(at('a'), 'create')
    open.write(bytes('world'), 6)
    open.write(bytes('hello '), 0)
    open.sync()
    const into = new Uint8Array(20)
    expect(open.read(into, 3)).toBe(8)
    expect(Buffer.from(into.subarray(0, 8)).toString()).toBe('lo world')
    expect(open.facts().sizeBytes).toBe(11)
    open.close()
    open.close()
    expect(() => disk.open(at('a'), 'create')).toThrow(code('already-exists'))
    const again = disk.open(at('a'), 'update')
    again.write(bytes('H'), 0)
    again.close()
    expect(Buffer.from(disk.read(at('a')) ?? []).toString()).toBe('Hello world')
  })

  test.runIf(isPosix)('behind a link are not updated', async () => {
    await writeFile(at('real'), 'x')
    await symlink(at('real'), at('link'))
    expect(() => disk.open(at('link'), 'update')).toThrow(code('path-not-allowed'))
  })

  test('with other links free nothing', async () => {
    await writeFile(at('a'), Buffer.alloc(10_000, 1))
    expect(disk.facts(at('a'))).toMatchObject({ kind: 'file', sizeBytes: 10_000, links: 1 })
    expect(disk.facts(at('a'))?.allocatedBytes).toBeGreaterThan(0)
    await link(at('a'), at('b'))
    expect(disk.facts(at('a'))).toMatchObject({ links: 2, allocatedBytes: 0 })
  })

  test('may be deleted twice', async () => {
    await writeFile(at('a'), 'x')
    disk.removeFile(at('a'))
    disk.removeFile(at('a'))
    expect(await readdir(folder.path)).toEqual([])
  })
})

describe('folders', () => {
  test('move only to where nothing is', async () => {
    disk.makeFolder(at('a', 'b'))
    disk.makeNewFolder(at('empty'))
    expect(() => disk.makeNewFolder(at('empty'))).toThrow(code('already-exists'))
    expect(() => disk.rename(at('a'), at('empty'))).toThrow(code('already-exists'))
    disk.rename(at('a'), at('c'))
    disk.syncFolder(folder.path)
    expect((await readdir(folder.path)).sort()).toEqual(['c', 'empty'])
    expect(() => disk.rename(at('gone'), at('d'))).toThrow(code('disk-failed'))
  })

  test('are made with those on the way, over and over', async () => {
    for (let again = 0; again < 2; again += 1) disk.makeFolder(at('a', 'b', 'c'))
    expect(await readdir(at('a', 'b'))).toEqual(['c'])
    await writeFile(at('file'), 'x')
    expect(() => disk.makeFolder(at('file'))).toThrow(code('already-exists'))
  })

  test('are refused where the system makes none, instead of trying for ever', ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux has such a place everywhere')
    for (const place of ['/proc/orbital', '/proc/orbital/a/b'])
      expect(() => disk.makeFolder(place)).toThrow(code('disk-denied'))
  })

  test('name what is in them', async () => {
    await mkdir(at('folder'))
    await writeFile(at('file'), '')
    await symlink(at('file'), at('link'))
    expect([...disk.entries(folder.path)].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'file', kind: 'file' },
      { name: 'folder', kind: 'folder' },
      { name: 'link', kind: 'symlink' },
    ])
  })

  test('are deleted without following links, read-only ones too', async () => {
    await mkdir(at('outside'))
    await writeFile(at('outside', 'kept'), 'x')
    await mkdir(at('tree', 'deep', 'deeper'), { recursive: true })
    await writeFile(at('tree', 'deep', 'file'), 'x')
    await symlink(at('outside'), at('tree', 'deep', 'link'))
    await symlink(at('outside'), at('top-link'))
    await chmod(at('tree', 'deep'), 0o500)
    disk.removeTree(at('tree'))
    disk.removeTree(at('top-link'))
    disk.removeTree(at('never-there'))
    expect(await readdir(folder.path)).toEqual(['outside'])
    expect(await readdir(at('outside'))).toEqual(['kept'])
  })

  test.skipIf(isRoot)('that may not be read or written say so (not as root)', async () => {
    await mkdir(at('closed'))
    await chmod(at('closed'), 0o000)
    expect(() => disk.entries(at('closed'))).toThrow(code('folder-unreadable'))
    expect(() => disk.create(at('closed', 'x'), bytes('x'))).toThrow(code('disk-denied'))
  })

  test('lie on a volume, also when they are not there yet', () => {
    const { freeBytes, totalBytes } = disk.volume(at('not', 'yet'))
    expect(freeBytes).toBeGreaterThan(0)
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes)
  })
})

test.each([
  ['ENOSPC', 'write file', 'disk-full'],
  ['EDQUOT', 'save', 'disk-full'],
  ['EACCES', 'write file', 'disk-denied'],
  ['EROFS', 'make folder', 'disk-denied'],
  ['EACCES', 'read file', 'file-unreadable'],
  ['EPERM', 'read folder', 'folder-unreadable'],
  ['ENOTEMPTY', 'move', 'already-exists'],
  ['ENAMETOOLONG', 'create file', 'path-not-allowed'],
  ['EIO', 'read file', 'disk-failed'],
  ['EXDEV', 'move', 'disk-failed'],
] as const)('%s while it should %s is %s', (errno, action, expected) => {
  expect(toDiskError(Object.assign(new Error('text'), { code: errno }), '/x', action).code).toBe(expected)
})

describe('a rename that is held by a scanner', () => {
  const held = Object.assign(new Error('held'), { code: 'EBUSY' })
  const run = (failures: number, platform = 'win32') => {
    let nowMs = 0
    let tries = 0
    const waits: number[] = []
    const rename = () => {
      tries += 1
      if (tries <= failures) throw held
    }
    const wait = (ms: number) => {
      waits.push(ms)
      nowMs += ms
    }
    const retry = { platform, limitMs: 60_000, wait, monotonic: () => nowMs }
    return {
      work: () => renameWithRetry(rename, retry),
      soon: () => renameSoon(rename, 'here', retry),
      waits,
      now: () => nowMs,
    }
  }

  test('is tried again after growing pauses', () => {
    const attempt = run(7)
    attempt.work()
    expect(attempt.waits).toEqual([50, 100, 200, 400, 800, 1000, 1000])
  })

  test('is given up after a minute', () => {
    const attempt = run(Number.POSITIVE_INFINITY)
    expect(attempt.work).toThrow(held)
    expect(attempt.now()).toBeLessThanOrEqual(60_000)
    expect(attempt.now()).toBeGreaterThan(58_000)
  })

  test('of a folder with much in it is given up at once, and says what to do', () => {
    const attempt = run(Number.POSITIVE_INFINITY)
    expect(attempt.soon).toThrow(expect.objectContaining({ code: 'busy', details: { what: 'folder', openIn: 'here' } }))
    expect(attempt.now()).toBeLessThanOrEqual(100)
    expect(run(1).soon).not.toThrow()
    expect(run(1, 'linux').soon).toThrow(held)
  })

  test('is an error at once elsewhere', () => {
    const attempt = run(1, 'linux')
    expect(attempt.work).toThrow(held)
    expect(attempt.waits).toEqual([])
  })
})
