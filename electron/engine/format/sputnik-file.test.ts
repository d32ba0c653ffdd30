import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { openSputnik, writeSputnik } from './sputnik-file.ts'
import { listTarEntries, tarEnd, tarHeader, tarPadding } from './tar-entries.ts'

const disk = createNodeDisk()
const { signal } = new AbortController()
const archive = randomBytes(3001)
const meta = Buffer.from('{"a": 1}')
let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())
const put = async (name: string, ...pieces: Uint8Array[]) => {
  const path = join(folder.path, name)
  await writeFile(path, Buffer.concat(pieces))
  return path
}
const entry = (name: string, bytes: Uint8Array) =>
  Buffer.concat([tarHeader(name, bytes.length), bytes, tarPadding(bytes.length)])

describe('a .sputnik file', () => {
  test('gives back what was written, from a file or from chunks', async () => {
    const source = await put('source', archive)
    const fromFile = join(folder.path, 'a-1.0.0.sputnik')
    const fromChunks = join(folder.path, 'b-1.0.0.sputnik')
    await writeSputnik(disk, fromFile, { archive: { kind: 'file', path: source }, metaBytes: meta }, { signal })
    const chunks = [archive.subarray(0, 1000), archive.subarray(1000)]
    const content = { archive: { kind: 'chunks', chunks, maxBytes: 5000 }, metaBytes: () => meta } as const
    await writeSputnik(disk, fromChunks, content, { signal })
    expect(await readFile(fromFile)).toEqual(await readFile(fromChunks))
    const opened = openSputnik(disk, fromFile)
    expect(Buffer.from(opened.metaBytes)).toEqual(meta)
    const { offset, sizeBytes } = opened.archive
    expect((await readFile(fromFile)).subarray(offset, offset + sizeBytes)).toEqual(archive)
    expect((await readdir(folder.path)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('is not written over, unless that is asked for', async () => {
    const out = await put('a.sputnik', Buffer.from('before'))
    const content = { archive: { kind: 'chunks', chunks: [archive], maxBytes: 5000 }, metaBytes: meta } as const
    await expect(writeSputnik(disk, out, content, { signal })).rejects.toMatchObject({ code: 'already-exists' })
    expect(await readFile(out, 'utf8')).toBe('before')
    await writeSputnik(disk, out, content, { signal, overwrite: true })
    expect(openSputnik(disk, out).archive.sizeBytes).toBe(archive.length)
  })

  test('is not written over where it comes at the last moment', async () => {
    const out = join(folder.path, 'a.sputnik')
    const content = { archive: { kind: 'chunks', chunks: [archive], maxBytes: 5000 }, metaBytes: meta } as const
    // `rename` looks, and then does what replaces a file.
    const quicker = (move: (from: string, to: string) => void) => (from: string, to: string) => {
      writeFileSync(to, 'quicker')
      move(from, to)
    }
    const late = { ...disk, rename: quicker(disk.renameOver), renameNew: quicker(disk.renameNew) }
    await expect(writeSputnik(late, out, content, { signal })).rejects.toMatchObject({ code: 'already-exists' })
    expect(await readFile(out, 'utf8')).toBe('quicker')
    expect(await readdir(folder.path)).toEqual(['a.sputnik'])
  })

  test('leaves nothing behind when it is stopped', async () => {
    const stopped = AbortSignal.abort()
    const content = { archive: { kind: 'chunks', chunks: [archive], maxBytes: 5000 }, metaBytes: meta } as const
    const out = join(folder.path, 'a.sputnik')
    await expect(writeSputnik(disk, out, content, { signal: stopped })).rejects.toMatchObject({ code: 'cancelled' })
    expect(await readdir(folder.path)).toEqual([])
  })

  test('over 8 GiB names its size by PAX, and in the header as a base-256 number', async () => {
    const sizeBytes = 9 * 1024 ** 3
    for (const header of [tarHeader('archive.gz', sizeBytes), tarHeader('archive.gz', sizeBytes).subarray(1024)]) {
      const path = await put(`large-${header.length}`, header)
      await truncate(path, header.length + sizeBytes)
      const file = disk.open(path, 'read')
      await writeFile(path, entry('meta.json', meta), { flag: 'a' })
      expect(listTarEntries(file, { path, maxEntries: 2 })).toEqual([
        { path: 'archive.gz', offset: header.length, sizeBytes },
        { path: 'meta.json', offset: header.length + sizeBytes + 512, sizeBytes: meta.length },
      ])
      file.close()
      expect(openSputnik(disk, path).archive).toEqual({ offset: header.length, sizeBytes })
    }
  })

  const whole = Buffer.concat([entry('archive.gz', archive), entry('meta.json', meta), tarEnd()])
  const negative = Buffer.from(tarHeader('archive.gz', 0))
  negative.fill(0xff, 124, 136)
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ['is empty', Buffer.alloc(0)],
    ['is text', Buffer.from('hello '.repeat(200))],
    ['is cut off within the archive', whole.subarray(0, 2000)],
    ['is cut off within a header', whole.subarray(0, 300)],
    ['is cut off before meta.json', whole.subarray(0, 512 + 3072)],
    [
      'is cut off within an archive that comes last',
      Buffer.concat([entry('meta.json', meta), entry('archive.gz', archive)]).subarray(0, 3000),
    ],
    ['is cut off within meta.json', whole.subarray(0, 512 + 3072 + 512 + 3)],
    [
      'holds a third file',
      Buffer.concat([entry('archive.gz', archive), entry('meta.json', meta), entry('x', meta), tarEnd()]),
    ],
    ['holds meta.json twice', Buffer.concat([entry('meta.json', meta), entry('meta.json', meta), tarEnd()])],
    ['holds another name', Buffer.concat([entry('../archive.gz', archive), entry('meta.json', meta), tarEnd()])],
    ['has a negative size', Buffer.concat([negative, tarEnd()])],
    ['has an altered header', Buffer.concat([Buffer.from('b'), whole.subarray(1)])],
  ]
  test.each([
    ['an empty file (0 B)', Buffer.alloc(0)],
    ['a text file', Buffer.from('Größe: hello\n')],
    ['a text file', Buffer.from('hello '.repeat(200))],
    ['a web page', Buffer.from(`\n<!DOCTYPE html><title>Sign in</title>${' '.repeat(600)}`)],
    ['a ZIP archive', Buffer.from('PK\x03\x04\x00')],
    ['a gzip archive', Buffer.from([0x1f, 0x8b, 8, 0, 0])],
    [undefined, Buffer.alloc(600, 7)],
    [undefined, whole.subarray(0, 300)],
  ])('says that a file is %s', async (is, bytes) => {
    const path = await put('bad.sputnik', bytes)
    const details = { path, reason: expect.any(String), ...(is === undefined ? {} : { is }) }
    expect(() => openSputnik(disk, path)).toThrow(expect.objectContaining({ details }))
  })
  test.each(bad)('that %s is refused', async (_, bytes) => {
    const path = await put('bad.sputnik', bytes)
    expect(() => openSputnik(disk, path)).toThrow(expect.objectContaining({ code: 'not-a-package-file' }))
  })
})
