import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { Clock, UploadedPart } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createFolderObjectStore } from './folder-object-store.ts'
import { pathOfKey } from './folder-paths.ts'
import { makeTemporaryName } from './folder-temporary.ts'
import { allTraits, describeObjectStore } from './object-store.suite.ts'

const clock: Clock = createSystemClock()
const io = { signal: AbortSignal.timeout(60_000) }
const openFolder = (folder: string, root = '') =>
  createFolderObjectStore({ kind: 'folder', path: folder, root }, { disk: createNodeDisk(), clock })

describeObjectStore('folder', allTraits, async () => {
  const folder = await createTempFolder()
  return {
    store: openFolder(folder.path, 'team a/'),
    parent: openFolder(folder.path),
    root: 'team a/',
    fill: async (keys) => {
      for (const key of keys) {
        const file = path.join(folder.path, 'team a', key)
        await mkdir(path.dirname(file), { recursive: true })
        await writeFile(file, 'x')
      }
    },
    stop: async () => {
      expect(await readdir(path.join(folder.path, 'team a', 'orbital', 'uploads'))).toEqual([])
      await folder.remove()
    },
  }
})

async function makeFolder() {
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  const inside = path.join(folder.path, 'registry')
  await mkdir(inside)
  await writeFile(path.join(folder.path, 'secret.txt'), 'not yours')
  return { outside: folder.path, inside, store: openFolder(inside) }
}

describe('folder store', () => {
  const hostileKeys = [
    '../secret.txt',
    'models/../../secret.txt',
    '/etc/passwd',
    './x',
    'a//b',
    '',
    'models/',
    'a\0b',
    '..',
  ]

  test.each(hostileKeys)('neither reads nor writes the key %j', async (key) => {
    const { outside, inside, store } = await makeFolder()
    for (const call of [
      () => store.head(key, io),
      () => store.read(key, { ...io, maxBytes: 100 }),
      () => store.put(key, Buffer.from('x'), io),
      () => store.delete(key, io),
      () => store.createUpload(key, io),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'path-not-allowed' })
    }
    expect((await readdir(outside)).sort()).toEqual(['registry', 'secret.txt'])
    expect(await readFile(path.join(outside, 'secret.txt'), 'utf8')).toBe('not yours')
    expect(await readdir(inside)).toEqual([])
  })

  test('lists nothing above itself', async () => {
    const { store } = await makeFolder()
    for (const prefix of ['../', '..', './', 'a/../../']) {
      for await (const page of store.list(prefix, io)) expect(page).toEqual([])
    }
  })

  test('does not follow a link out of itself', async () => {
    const { outside, inside, store } = await makeFolder()
    await symlink(outside, path.join(inside, 'models'))
    await expect(store.read('models/secret.txt', { ...io, maxBytes: 100 })).rejects.toMatchObject({
      code: 'path-not-allowed',
    })
    await expect(store.put('models/new.txt', Buffer.from('x'), io)).rejects.toMatchObject({ code: 'path-not-allowed' })
    for await (const page of store.list('', io)) expect(page).toEqual([])
    for await (const page of store.list('models/', io)) expect(page).toEqual([])
    expect((await readdir(outside)).sort()).toEqual(['registry', 'secret.txt'])
  })

  test('an upload id leads nowhere', async () => {
    const { outside, store } = await makeFolder()
    for (const uploadId of ['..', '../..', '', 'a'.repeat(24)]) {
      await store.abortUpload('x', uploadId, io)
      await expect(store.completeUpload('x', uploadId, [], io)).rejects.toMatchObject({ code: 'upload-not-found' })
    }
    expect((await readdir(outside)).sort()).toEqual(['registry', 'secret.txt'])
  })

  test('a folder that is not there is no empty registry', async () => {
    const { outside } = await makeFolder()
    const store = openFolder(path.join(outside, 'unmounted'))
    const expected = { code: 'not-a-folder', details: { path: path.join(outside, 'unmounted') } }
    await expect(store.head('a', io)).rejects.toMatchObject(expected)
    await expect(store.put('a', Buffer.from('x'), io)).rejects.toMatchObject(expected)
    await expect(store.createUpload('a', io)).rejects.toMatchObject(expected)
    const list = async () => {
      for await (const _ of store.list('', io));
    }
    await expect(list()).rejects.toMatchObject(expected)
    expect(await readdir(outside)).not.toContain('unmounted')
  })

  test('a part that was altered on disk is refused', async () => {
    const { inside, store } = await makeFolder()
    const { uploadId } = await store.createUpload('models/a-1.0.0/archive.gz', io)
    const part = await store.uploadPart('models/a-1.0.0/archive.gz', uploadId, 1, Buffer.from('right'), io)
    const folder = path.join(inside, 'orbital', 'uploads', uploadId)
    const file = (await readdir(folder)).find((name) => name.startsWith('00001-')) ?? ''
    await writeFile(path.join(folder, file), 'wrong')
    await expect(store.completeUpload('models/a-1.0.0/archive.gz', uploadId, [part], io)).rejects.toMatchObject({
      code: 'upload-refused',
    })
  })

  describe('parts that are written in their places', () => {
    const key = 'models/a-1.0.0/archive.gz'
    const start = async () => {
      const { inside, store } = await makeFolder()
      const { uploadId } = await store.createUpload(key, io)
      const whole = path.join(inside, 'orbital', 'uploads', uploadId, 'whole')
      const send = (number: number, text: string, startOffset?: number, signal = io.signal) =>
        store.uploadPart(key, uploadId, number, Buffer.from(text), {
          signal,
          ...(startOffset === undefined ? {} : { startOffset }),
        })
      const complete = async (parts: readonly UploadedPart[]) => {
        const facts = await store.completeUpload(key, uploadId, parts, io)
        const { metadata: _, storeNowMs: __, ...head } = await store.head(key, io)
        expect(facts).toEqual(head)
        const target = path.join(inside, key)
        return { text: await readFile(target, 'utf8'), inode: (await stat(target)).ino }
      }
      const inode = async () => (await stat(whole)).ino
      const left = () => readdir(path.join(inside, 'orbital', 'uploads'))
      return { store, uploadId, send, complete, inode, left }
    }

    test('go only as fast as they may, and tell how far they are', async () => {
      const { store, uploadId, inode } = await start()
      const told: number[] = []
      const asked: number[] = []
      const pace = async (bytes: number) => {
        // What was allowed before is written by now, and no more.
        expect(told.at(-1) ?? 0).toBe(asked.reduce((sum, each) => sum + each, 0))
        asked.push(bytes)
      }
      const onSent = (bytes: number) => told.push(bytes)
      await store.uploadPart(key, uploadId, 1, Buffer.alloc(700_000), { ...io, startOffset: 0, pace, onSent })
      expect(await inode()).toBeGreaterThan(0)
      expect(told).toEqual([262_144, 524_288, 700_000])
      expect(asked).toEqual([262_144, 262_144, 175_712])
      const beside = await store.createUpload(key, io)
      await store.uploadPart(key, beside.uploadId, 1, Buffer.alloc(700_000), {
        ...io,
        pace: async (bytes) => void asked.push(bytes),
      })
      expect(asked.at(-1)).toBe(700_000)
    })

    test('are the object, without a copy, whatever their order', async () => {
      const { store, uploadId, send, complete, inode, left } = await start()
      const second = await send(2, 'second', 5)
      const first = await send(1, 'first', 0)
      expect(await store.listParts(key, uploadId, io)).toEqual([first, second])
      const before = await inode()
      expect(await complete([first, second])).toEqual({ text: 'firstsecond', inode: before })
      expect(await left()).toEqual([])
    })

    test('are joined with those in files of their own', async () => {
      const { send, complete, inode } = await start()
      const parts = [await send(1, 'first'), await send(2, 'second', 5), await send(3, 'third')]
      const before = await inode()
      const { text, inode: after } = await complete(parts)
      expect(text).toBe('firstsecondthird')
      expect(after).not.toBe(before)
    })

    test('are joined where their order is not that of their places', async () => {
      const { send, complete } = await start()
      expect((await complete([await send(1, 'first', 6), await send(2, 'second', 0)])).text).toBe('firstsecond')
    })

    test('leave behind what lies after the last one', async () => {
      const { send, complete } = await start()
      const first = await send(1, 'first', 0)
      await send(2, 'too much', 5)
      expect((await complete([first])).text).toBe('first')
    })

    test('are not there while they are written again', async () => {
      const { store, uploadId, send } = await start()
      await send(1, 'first', 0)
      await expect(send(1, 'again', 0, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
      expect(await store.listParts(key, uploadId, io)).toEqual([])
      const again = await send(1, 'again', 0)
      expect(await store.listParts(key, uploadId, io)).toEqual([again])
    })

    test('are refused when another part of that number is asked for', async () => {
      const { send, complete } = await start()
      const first = await send(1, 'first', 0)
      await send(1, 'newer', 0)
      await expect(complete([first])).rejects.toMatchObject({ code: 'upload-refused' })
    })
  })

  test('what killed writers left goes before the next write, and no more than that', async () => {
    const { inside, store } = await makeFolder()
    const uploads = path.join(inside, 'orbital', 'uploads')
    await store.put('models/a', Buffer.from('x'), io)
    const child = spawnSync(process.execPath, [
      '--input-type=module',
      '-e',
      `import { makeTemporaryName } from ${JSON.stringify(new URL('./folder-temporary.ts', import.meta.url).href)}
      import { writeFileSync } from 'node:fs'
      writeFileSync(${JSON.stringify(`${uploads}/`)} + makeTemporaryName(), 'half')`,
    ])
    expect(child.stderr.toString()).toBe('')
    const ours = path.join(uploads, makeTemporaryName())
    const elsewhere = path.join(uploads, '.orbital-new-0badcafe-1-0123456789abcdef')
    await writeFile(ours, 'being written')
    await writeFile(elsewhere, 'being written on another computer')
    expect(await readdir(uploads)).toHaveLength(3)
    await openFolder(inside).put('models/b', Buffer.from('x'), io)
    expect((await readdir(uploads)).sort()).toEqual([path.basename(ours), path.basename(elsewhere)].sort())
    await utimes(elsewhere, 0, 0)
    await openFolder(inside).createUpload('models/b', io)
    expect(await readdir(uploads)).not.toContain(path.basename(elsewhere))
  })

  test('gives the loop its turns while a large object is read and written', async () => {
    const { store } = await makeFolder()
    let turns = 0
    const count = () => {
      turns += 1
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    await store.put('large', new Uint8Array(32 * 1024 * 1024), io)
    const afterPut = turns
    for await (const _ of (await store.open('large', io)).body);
    clearImmediate(timer)
    expect(afterPut).toBeGreaterThan(20)
    expect(turns - afterPut).toBeGreaterThan(20)
  })

  test('keys that Windows would read otherwise are refused there', () => {
    for (const key of ['a\\..\\b', 'c:x', 'models/nul', 'a/COM1.txt', 'a./b', 'a /b', 'x<y']) {
      expect(() => pathOfKey('/registry', key, 'win32')).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))
      expect(pathOfKey('/registry', key, 'linux')).toBe(`/registry/${key}`)
    }
  })
})
