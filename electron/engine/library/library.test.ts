import fs, {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { buildPackage, readTree } from '../../../testkit/install-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { Clock } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { leadsOut } from './extra-files.ts'
import { createLibrary, type Library } from './library.ts'
import { createLibraryWork } from './library-work.ts'

const files = { 'README.md': Buffer.from('# Model\n'), 'data/weights.bin': Buffer.alloc(100_000, 7) }
const ref = { name: 'model', version: '1.0.0' }
const day = 24 * 3600 * 1000

let folder: TempFolder
let root: string
let library: Library
let nowMs: number
const clock: Clock = { ...createSystemClock(), now: () => nowMs }
const io = { signal: AbortSignal.timeout(60_000) }
const open = () =>
  createLibrary({ id: 'test', path: root, disk: createNodeDisk(), clock, log: silentLog, work: createLibraryWork() })
beforeEach(async () => {
  folder = await createTempFolder()
  root = path.join(folder.path, 'library')
  nowMs = Date.now()
  library = open()
})
afterEach(() => folder.remove())

/** As an old tool installs it: the folder, and nothing else. */
function putVersion(which = ref, meta?: string): string {
  const place = path.join(root, `${which.name}-${which.version}`)
  const { metaBytes } = buildPackage(path.join(folder.path, 'scratch'), { ref: which, files, old: true })
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(place, name)), { recursive: true })
    writeFileSync(path.join(place, name), bytes)
  }
  writeFileSync(path.join(place, 'meta.json'), meta ?? metaBytes)
  return place
}
const versions = () => library.list().map((each) => `${each.ref.name} ${each.ref.version}`)

test('disk usage tells which files are visibly others than when they were installed', async () => {
  const place = putVersion()
  rmSync(path.join(place, 'README.md'))
  expect((await library.usage(io)).packages).toMatchObject([{ ref, changedFiles: ['README.md'] }])
})

describe('the list', () => {
  test('of a library that is not there is empty, and nothing is made', () => {
    expect(library.list()).toEqual([])
    expect(library.trash()).toEqual([])
  })

  test('has old names and versions, newest first, and leaves out what is no package', () => {
    for (const version of ['1.0.0', '1.10.0', '1.9.0']) putVersion({ name: 'model', version })
    putVersion({ name: 'Old-Name', version: '1.2' })
    putVersion({ name: 'broken', version: '1.0.0' }, '{"package":')
    putVersion({ name: 'other', version: '1.0.0' }, readFileSync(path.join(root, 'model-1.0.0/meta.json'), 'utf8'))
    mkdirSync(path.join(root, '__cache__', 'model-1.0.0'), { recursive: true })
    mkdirSync(path.join(root, 'model-3.0.0.tmp'))
    symlinkSync(path.join(root, 'model-1.0.0'), path.join(root, 'linked-1.0.0'))
    expect(versions()).toEqual(['model 1.10.0', 'model 1.9.0', 'model 1.0.0', 'Old-Name 1.2'])
  })

  test('says not verified of what an old tool put in the place of a verified version', async () => {
    putVersion()
    expect(library.get(ref).verifiedAt).toBeUndefined()
    await library.verify(ref, io)
    library.keep(ref, true)
    expect(library.get(ref)).toMatchObject({ kept: true, verifiedAt: expect.any(String) })
    const place = putVersion()
    utimesSync(path.join(place, 'meta.json'), 1_700_000_000, 1_700_000_000)
    expect(library.get(ref).verifiedAt).toBeUndefined()
    expect(library.get(ref).kept).toBe(true)
  })

  test('does not lead out of the library by a name', () => {
    putVersion()
    expect(library.find({ name: '../library/model', version: '1.0.0' })).toBeUndefined()
    expect(() => library.remove({ name: '..', version: '1' })).toThrow(/not-installed/)
  })
})

describe('paths', () => {
  test('are given for folders and named files only', () => {
    const place = putVersion()
    expect(library.pathOf(ref)).toBe(place)
    expect(library.pathOf(ref, 'data/weights.bin')).toBe(path.join(place, 'data', 'weights.bin'))
    expect(() => library.pathOf(ref, '../../x')).toThrow(/file-not-found/)
    expect(() => library.pathOf({ name: 'none', version: '1.0.0' })).toThrow(/not-installed/)
  })
})

describe('verifying', () => {
  test('finds damaged, missing and further files', async () => {
    const place = putVersion()
    expect(await library.verify(ref, io)).toEqual({ ref, verifiedFiles: 2, damaged: [], missing: [], extra: [] })
    writeFileSync(path.join(place, 'data/weights.bin'), Buffer.alloc(100_000, 8))
    rmSync(path.join(place, 'README.md'))
    writeFileSync(path.join(place, 'data/notes.txt'), 'mine')
    const found = { verifiedFiles: 0, damaged: ['data/weights.bin'], missing: ['README.md'], extra: ['data/notes.txt'] }
    expect(await library.verify(ref, io)).toEqual({ ref, ...found })
    expect(library.get(ref).verifiedAt).toBeUndefined()
    expect(library.get(ref).damagedFiles).toEqual(['data/weights.bin', 'README.md'])
  })

  test('names so many damaged files that a listing stays one, and counts all', async () => {
    putVersion()
    const { metaSha256, metaModifiedMs } = library.facts(ref) as { metaSha256: string; metaModifiedMs: number }
    const missing = Array.from({ length: 150_000 }, (_, at) => `data/${'long-path-of-a-file/'.repeat(5)}${at}.bin`)
    library.note(ref, { verifiedFiles: 0, damaged: [], missing, extra: [] }, { metaSha256, metaModifiedMs })
    expect(library.list()).toMatchObject([{ damagedFiles: missing.slice(0, 1000), damagedCount: 150_000 }])
    library.note(ref, { verifiedFiles: 2, damaged: [], missing: [], extra: [] }, { metaSha256, metaModifiedMs })
    const { damagedFiles, damagedCount } = open().get(ref)
    expect({ damagedFiles, damagedCount }).toEqual({})
  })

  test.each(['too large', 'no file'])(
    'with facts or a trash entry that is %s are listed with the others',
    async (fault) => {
      const damage = (file: string) => {
        rmSync(file)
        if (fault === 'no file') return mkdirSync(file)
        writeFileSync(file, '')
        truncateSync(file, 65 * 1024 * 1024)
      }
      const other = { name: 'other', version: '1.0.0' }
      for (const each of [ref, other]) {
        putVersion(each)
        library.keep(each, true)
      }
      const facts = path.join(root, '.orbital/versions/model-1.0.0.json')
      damage(facts)
      expect(open().list()).toMatchObject([
        { ref, kept: false },
        { ref: other, kept: true },
      ])
      rmSync(facts, { recursive: true })
      const { id } = library.remove(ref)
      library.remove(other)
      damage(path.join(root, '.orbital/trash', id, 'entry.json'))
      expect(library.trash()).toMatchObject([{ ref: other }])
      await (await library.recover(io)).deleted
      await library.emptyTrash(undefined, io)
      // It is somebody's version.
      expect(readdirSync(path.join(root, '.orbital/trash'))).toEqual([id])
    },
  )

  test('takes no bytes from behind a link', async () => {
    const place = putVersion()
    mkdirSync(path.join(folder.path, 'elsewhere'))
    writeFileSync(path.join(folder.path, 'elsewhere/weights.bin'), files['data/weights.bin'])
    rmSync(path.join(place, 'data'), { recursive: true })
    symlinkSync(path.join(folder.path, 'elsewhere'), path.join(place, 'data'))
    expect(await library.verify(ref, io)).toMatchObject({ damaged: ['data/weights.bin'] })
  })

  test('stops', async () => {
    putVersion()
    const stopped = AbortSignal.abort()
    await expect(library.verify(ref, { signal: stopped })).rejects.toThrow()
  })
})

describe('removing', () => {
  test('is a move to trash, and undone whole', async () => {
    const place = putVersion()
    await library.verify(ref, io)
    const before = readTree(place)
    const facts = library.get(ref)
    const entry = library.remove(ref)
    expect(library.list()).toEqual([])
    expect(library.trash()).toEqual([entry])
    expect(Date.parse(entry.expiresAt) - Date.parse(entry.removedAt)).toBe(30 * day)
    expect(library.restore(entry.id)).toEqual(facts)
    expect(readTree(place)).toEqual(before)
    expect(library.trash()).toEqual([])
  })

  test('never puts back over what is installed', () => {
    putVersion()
    const entry = library.remove(ref)
    putVersion()
    expect(() => library.restore(entry.id)).toThrow(/already-exists/)
    expect(library.trash()).toHaveLength(1)
    expect(() => library.restore('../../model-1.0.0')).toThrow(/trash-entry-not-found/)
  })

  test('frees what it says when the trash is emptied', async () => {
    putVersion()
    const usage = await library.usage(io)
    const entry = library.remove(ref)
    expect((await library.usage(io)).trashBytes).toBeGreaterThan(100_000)
    expect(await library.emptyTrash([entry.id], io)).toBeGreaterThanOrEqual(usage.packages[0]?.freedBytes ?? 0)
    expect(library.trash()).toEqual([])
    await expect(library.emptyTrash([entry.id], io)).rejects.toMatchObject({ code: 'trash-entry-not-found' })
  })
})

describe('a folder in which a program has a file open, on Windows,', () => {
  let ms: number
  let blockedMs: number
  beforeEach(() => {
    ms = 0
    blockedMs = 0
  })
  afterEach(() => vi.restoreAllMocks())

  /** Windows refuses to rename it as long as `isHeld`. */
  function openHeld(isHeld: (from: string) => boolean) {
    const rename = fs.renameSync
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (isHeld(String(from))) throw Object.assign(new Error('held'), { code: 'EPERM' })
      rename(from, to)
    })
    const monotonic = () => ms
    const wait = (forMs: number) => {
      blockedMs += forMs
      ms += forMs
    }
    const disk = createNodeDisk({ renameRetry: { platform: 'win32', wait, monotonic } })
    const sleep: Clock['sleep'] = async (forMs, { signal }) => {
      signal.throwIfAborted()
      ms += forMs
    }
    const held = { ...clock, monotonic, sleep }
    return createLibrary({ id: 'test', path: root, disk, clock: held, log: silentLog, work: createLibraryWork() })
  }
  /** A staged tree, and what commits it over the installed one. */
  function stage() {
    const staged = path.join(root, '.orbital', 'staging', 'a', 'tree')
    mkdirSync(path.dirname(staged), { recursive: true })
    fs.cpSync(path.join(root, 'model-1.0.0'), staged, { recursive: true })
    writeFileSync(path.join(staged, 'README.md'), '# New\n')
    const facts = { format: 1 as const, metaSha256: '', metaModifiedMs: 0, transaction: 'a', kept: false }
    const replaces = { ref, title: 'model', diskBytes: 1, trashId: 'b' }
    return { format: 1 as const, transaction: 'a', ref, facts, replaces, toTrash: [] }
  }
  const readme = () => readFileSync(path.join(root, 'model-1.0.0', 'README.md'), 'utf8')

  test('is not removed, and that is said at once', () => {
    const place = putVersion()
    const library = openHeld((from) => from === place)
    expect(() => library.remove(ref)).toThrow(
      expect.objectContaining({ code: 'busy', details: { what: 'folder', openIn: place } }),
    )
    expect(blockedMs).toBeLessThanOrEqual(100)
    expect(versions()).toEqual(['model 1.0.0'])
    expect(readdirSync(library.places.trash)).toEqual([])
  })

  test.each(['model-1.0.0', 'tree'])(
    'is waited for when a version is replaced (%s), and never for long at once',
    async (name) => {
      putVersion()
      const record = stage()
      const library = openHeld((from) => path.basename(from) === name && ms < 20_000)
      expect(await library.commit(record, io)).toBe('committed')
      expect(readme()).toBe('# New\n')
      expect(library.trash().map(({ id }) => id)).toEqual(['b'])
      expect(ms).toBeLessThan(25_000)
      expect(blockedMs).toBeLessThan(1500)
    },
  )

  test('leaves the installed version where it is when it stays so, or the transfer is stopped', async () => {
    putVersion()
    const record = stage()
    const library = openHeld((from) => path.basename(from) === 'tree')
    await expect(library.commit(record, io)).rejects.toMatchObject({ code: 'busy' })
    expect(ms).toBeLessThan(62_000)
    expect(readme()).toBe('# Model\n')
    const signal = AbortSignal.abort(new AppError('cancelled', {}))
    await expect(library.commit(record, { signal })).rejects.toMatchObject({ code: 'cancelled' })
    expect(readme()).toBe('# Model\n')
    expect(readdirSync(library.places.commits)).toEqual([])
  })

  test('keeps what made way for a version from being deleted while that waits', async () => {
    putVersion()
    const record = stage()
    const freed: unknown[] = []
    const library: Library = openHeld((from) => {
      if (path.basename(from) !== 'tree') return false
      if (ms > 5000 && freed.length === 0) freed.push(library.emptyTrash(undefined, io))
      return true
    })
    await expect(library.commit(record, io)).rejects.toMatchObject({ code: 'busy' })
    expect(await Promise.all(freed)).toEqual([0])
    expect(readme()).toBe('# Model\n')
  })

  test('is left to whoever took the transfer over meanwhile', async () => {
    putVersion()
    const record = stage()
    const library = openHeld((from) => path.basename(from) === 'tree')
    const ensureOwned = () => {
      if (ms > 5000) throw new AppError('cancelled', {})
    }
    await expect(library.commit(record, { ...io, ensureOwned })).rejects.toMatchObject({ code: 'cancelled' })
    expect(readdirSync(library.places.commits)).toEqual(['a.json'])
    expect(library.trash()).toHaveLength(1)
  })

  test('in the trash stays there, and everything else in it is deleted', async () => {
    putVersion()
    const held = library.remove(ref)
    putVersion()
    library.remove(ref)
    const emptying = openHeld((from) => path.basename(from) === held.id)
    await expect(emptying.emptyTrash(undefined, io)).rejects.toMatchObject({ code: 'busy' })
    expect(emptying.trash().map(({ id }) => id)).toEqual([held.id])
    expect(readdirSync(emptying.places.garbage)).toEqual([])
  })

  test('is put in its place by whoever looks at the library next', async () => {
    putVersion()
    const record = stage()
    const killed = openHeld((from) => path.basename(from) === 'tree')
    const dies = { ...io, ensureOwned: () => void (ms > 5000 && fail()) }
    const fail = () => {
      throw new AppError('cancelled', {})
    }
    await expect(killed.commit(record, dies)).rejects.toMatchObject({ code: 'cancelled' })
    expect((await killed.recover(io)).isHeld).toBe(true)
    vi.restoreAllMocks()
    expect((await library.recover(io)).isHeld).toBe(false)
    expect(readme()).toBe('# New\n')
  })
})

describe('disk usage', () => {
  test('tells packages, older ones, cache and unfinished apart', async () => {
    putVersion()
    putVersion({ name: 'model', version: '2.0.0' })
    mkdirSync(path.join(root, '__cache__/model-1.0.0'), { recursive: true })
    writeFileSync(path.join(root, '__cache__/model-1.0.0/archive.gz'), Buffer.alloc(50_000))
    mkdirSync(path.join(root, '.orbital/spool/x'), { recursive: true })
    writeFileSync(path.join(root, '.orbital/spool/x/0.part'), Buffer.alloc(60_000))
    const usage = await library.usage(io)
    expect(usage.packages.map((each) => [each.ref.version, each.older])).toEqual([
      ['2.0.0', false],
      ['1.0.0', true],
    ])
    expect(usage.cacheBytes).toBeGreaterThanOrEqual(50_000)
    expect(usage.unfinishedBytes).toBeGreaterThanOrEqual(60_000)
    expect(await library.purge({ cache: true, unfinished: true }, io)).toBeGreaterThanOrEqual(110_000)
    expect(await library.usage(io)).toMatchObject({ cacheBytes: expect.any(Number), trashBytes: 0 })
    expect(readTree(path.join(root, '.orbital'))).toEqual({})
    library.keep(ref, true)
    await library.purge({ packages: true }, io)
    expect(versions()).toEqual(['model 1.0.0'])
  })
})

describe('recovery', () => {
  test('deletes what belongs to nobody and keeps what is listed, running or of use', async () => {
    const put = (file: string) => {
      mkdirSync(path.dirname(path.join(root, '.orbital', file)), { recursive: true })
      writeFileSync(path.join(root, '.orbital', file), 'x')
    }
    putVersion()
    library.keep(ref, true)
    for (const id of ['gone', 'listed', 'running']) for (const of of ['staging', 'spool']) put(`${of}/${id}/file`)
    put('journal/listed/journal.log')
    put('garbage/a/file')
    put('versions/none-1.0.0.json')
    put('versions/.orbital-new-abc')
    put('trash/abc/entry.json')
    const lease = library.leases.take('running')
    nowMs += 60_000
    const { deleted } = await open().recover(io)
    await deleted
    expect(Object.keys(readTree(path.join(root, '.orbital'))).sort()).toEqual([
      'journal/listed/journal.log',
      'leases/running.json',
      'spool/listed/file',
      'spool/running/file',
      'staging/listed/file',
      'staging/running/file',
      'versions/model-1.0.0.json',
    ])
    lease?.release()
  })

  test('leaves what another process is moving to the trash at this moment', async () => {
    const entry = path.join(root, '.orbital', 'trash', 'abc')
    mkdirSync(entry, { recursive: true })
    await (await library.recover(io)).deleted
    expect(readdirSync(path.dirname(entry))).toEqual(['abc'])
    nowMs += 60_000
    await (await library.recover(io)).deleted
    expect(readdirSync(path.dirname(entry))).toEqual([])
  })

  test('empties the trash of what is older than 30 days', async () => {
    putVersion()
    library.remove(ref)
    nowMs += 29 * day
    await (await library.recover(io)).deleted
    expect(library.trash()).toHaveLength(1)
    nowMs += 2 * day
    await (await library.recover(io)).deleted
    expect(library.trash()).toEqual([])
    expect(readTree(path.join(root, '.orbital'))).toEqual({})
  })
})

describe('a library of a stranger', () => {
  const outside = () => path.join(folder.path, 'my-project')
  beforeEach(() => {
    mkdirSync(path.join(outside(), 'tree'), { recursive: true })
    writeFileSync(path.join(outside(), 'tree', 'work.txt'), 'mine')
    mkdirSync(path.join(root, '.orbital', 'commits'), { recursive: true })
  })
  const record = (changes: object) => ({
    format: 1,
    transaction: 'a',
    ref,
    facts: { format: 1, metaSha256: '', metaModifiedMs: 0, kept: false },
    toTrash: [],
    ...changes,
  })
  const away = { name: '../my', version: 'project' }
  const displaced = { ref: away, title: '', diskBytes: 0, trashId: 'b' }

  test.each([
    ['a commit of a version elsewhere', record({ ref: away, replaces: displaced })],
    ['a commit that sends something elsewhere to the trash', record({ toTrash: [displaced] })],
    ['a commit with a path for an id', record({ transaction: '../../../my-project' })],
  ])('with %s changes nothing outside', async (_name, content) => {
    mkdirSync(path.join(root, '.orbital', 'staging', 'a', 'tree'), { recursive: true })
    writeFileSync(path.join(root, '.orbital', 'commits', 'a.json'), JSON.stringify(content))
    await (await library.recover(io)).deleted
    expect(readTree(outside())).toEqual({ 'tree/work.txt': Buffer.from('mine') })
  })

  test('with a trash entry of a version elsewhere puts nothing there', () => {
    const entry = path.join(root, '.orbital', 'trash', 'a')
    mkdirSync(path.join(entry, 'content'), { recursive: true })
    const by = { host: '', pid: 1, startedAt: '', bootId: '' }
    const content = {
      format: 1,
      ref: { name: '../new', version: '1' },
      title: '',
      removedAtMs: nowMs,
      diskBytes: 0,
      by,
    }
    writeFileSync(path.join(entry, 'entry.json'), JSON.stringify(content))
    expect(() => library.restore('a')).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))
    expect(readdirSync(folder.path)).not.toContain('new-1')
  })

  const putCommit = (content: object) =>
    writeFileSync(path.join(root, '.orbital', 'commits', 'a.json'), JSON.stringify(record(content)))
  const putLink = (leadsTo: string, ...place: readonly string[]) => {
    const link = path.join(root, '.orbital', ...place)
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(leadsTo, link)
  }
  const mine = { 'tree/work.txt': Buffer.from('mine') }

  test.each([
    ['staging', ['staging', 'a'], ''],
    ['staged tree', ['staging', 'a', 'tree'], 'tree'],
  ])('whose %s of a commit is a link moves nothing from behind it', async (_name, place, below) => {
    putLink(path.join(outside(), below), ...place)
    putCommit({})
    await (await library.recover(io)).deleted
    expect(readTree(outside())).toEqual(mine)
    expect(readdirSync(root)).toEqual(['.orbital'])
  })

  test('whose trash has a link in it gets nothing behind that, and nothing from there', async () => {
    putVersion()
    putLink(outside(), 'trash', 'b')
    mkdirSync(path.join(root, '.orbital', 'staging', 'a', 'tree'), { recursive: true })
    putCommit({ ref: { name: 'other', version: '1' }, toTrash: [{ ref, title: '', diskBytes: 0, trashId: 'b' }] })
    await (await library.recover(io)).deleted
    expect(readTree(outside())).toEqual(mine)
    expect(versions()).toEqual(['model 1.0.0'])

    const entry = library.remove(ref)
    const content = path.join(root, '.orbital', 'trash', entry.id)
    putLink(content, 'trash', 'c')
    expect(library.trash()).toEqual([entry])
    expect(() => library.restore('c')).toThrow(expect.objectContaining({ code: 'trash-entry-not-found' }))
  })

  test('whose cache is a link keeps what is behind it', async () => {
    symlinkSync(outside(), path.join(root, '__cache__'))
    expect(await library.purge({ cache: true }, io)).toBe(0)
    expect(readTree(outside())).toEqual(mine)
  })

  test('whose version is a link has no such version', () => {
    const place = putVersion({ name: 'other', version: '1.0.0' })
    const elsewhere = path.join(folder.path, 'other-1.0.0')
    renameSync(place, elsewhere)
    symlinkSync(elsewhere, place)
    expect(library.find({ name: 'other', version: '1.0.0' })).toBeUndefined()
  })

  describe('with something in the trash that was no part of a version', () => {
    const putEntry = (extras: readonly string[]) => {
      const entry = path.join(root, '.orbital', 'trash', 'a')
      const by = { host: '', pid: 1, startedAt: '', bootId: '' }
      mkdirSync(path.join(entry, 'content'), { recursive: true })
      const file = { format: 1, ref, title: '', removedAtMs: nowMs, diskBytes: 0, extras, by }
      writeFileSync(path.join(entry, 'entry.json'), JSON.stringify(file))
      return path.join(entry, 'content')
    }

    test('takes nothing from behind a link', () => {
      putVersion()
      symlinkSync(outside(), path.join(putEntry(['l/tree']), 'l'))
      expect(() => library.restore('a')).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))
      expect(readTree(outside())).toEqual(mine)
    })

    test.each(['../x', 'a/../../x', 'a//b'])('refuses the path %s', (extra) => {
      putVersion()
      putEntry([extra])
      expect(() => library.restore('a')).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))
    })

    test.each(['..\\x', 'a/b\\..\\..\\..\\x', 'C:x'])('takes %s for a way out on Windows alone', (extra) => {
      expect([leadsOut(extra, 'win32'), leadsOut(extra, 'linux')]).toEqual([true, false])
    })
  })

  test.each(['garbage', 'staging', 'trash'])('whose %s is a link is not opened', async (name) => {
    symlinkSync(outside(), path.join(root, '.orbital', name))
    await expect(library.recover(io)).rejects.toMatchObject({ code: 'path-not-allowed' })
    expect(readTree(outside())).toEqual({ 'tree/work.txt': Buffer.from('mine') })
  })
})

test('what is purged is out of its place at once, under its lease', async () => {
  const disk = createNodeDisk()
  const moved: boolean[] = []
  const watching = {
    ...disk,
    rename(from: string, to: string) {
      moved.push(library.leases.isHeld('left'))
      disk.rename(from, to)
    },
  }
  const work = createLibraryWork()
  const seen: string[][] = []
  const places = [library.places.journals, library.places.staging]
  const namesLeft = () => places.flatMap((place) => readdirSync(place))
  const purging = createLibrary({
    id: 'test',
    path: root,
    disk: watching,
    clock,
    log: silentLog,
    work: {
      ...work,
      remove(roots, stopping) {
        seen.push(namesLeft())
        return work.remove(roots, stopping)
      },
    },
  })
  for (const place of places) {
    mkdirSync(path.join(place, 'left'), { recursive: true })
    mkdirSync(path.join(place, 'held'), { recursive: true })
    writeFileSync(path.join(place, 'left', 'journal.log'), Buffer.alloc(10_000))
  }
  const lease = library.leases.take('held')
  expect(await purging.purge({ unfinished: true }, io)).toBeGreaterThanOrEqual(20_000)
  expect(seen).toEqual([['held', 'held']])
  expect(moved).toEqual([true, true])
  expect(library.leases.isHeld('left')).toBe(false)
  lease?.release()
})
