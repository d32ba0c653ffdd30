import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppError } from '../../../shared/errors.ts'
import type { ObjectFacts, ObjectStore } from '../ports.ts'

/** What a store can and can't, as explicit expectations: each is tested for what it says, whichever it says. */
export interface StoreTraits {
  /** `If-None-Match: *` of a put keeps what is there. */
  readonly conditionalPut: boolean
  /** `If-Match` of a put is looked at. */
  readonly ifMatchPut: boolean
  /** `If-None-Match: *` of completeUpload keeps what is there. */
  readonly conditionalComplete: boolean
  /** Parts with a wrong etag are refused. */
  readonly checksPartEtags: boolean
  /** A part may be sent again with other bytes. (Both may then be listed: a part is told by number and etag.) */
  readonly replacesParts: boolean
  /** Open uploads can be listed. */
  readonly listsUploads: boolean
  /** Parts of an open upload can be listed. */
  readonly listsParts: boolean
  /** A start beyond the end is an error. */
  readonly refusesRangesBeyondTheEnd: boolean
  /** Keys that the store does not keep as they are. */
  readonly refusedKeys?: readonly string[]
}

/** Of a store that lacks nothing. */
export const allTraits: StoreTraits = {
  conditionalPut: true,
  ifMatchPut: true,
  conditionalComplete: true,
  checksPartEtags: true,
  replacesParts: true,
  listsUploads: true,
  listsParts: true,
  refusesRangesBeyondTheEnd: true,
}

export interface StoreUnderTest {
  /** Empty, with its root below others' keys. */
  readonly store: ObjectStore
  /** The same place with an empty root. */
  readonly parent: ObjectStore
  readonly root: string
  /** Makes objects of one byte below the root, faster than by put. */
  readonly fill?: (keys: readonly string[]) => Promise<void>
  /** Called at the end; throws when something was left open. */
  stop(): Promise<void>
}

const oddKeys = [
  'models/with space-1.0.0/a b.txt',
  'models/plus+and&and=-1.0.0/100%.txt',
  'models/ünï-💫-1.0.0/日本語.txt',
  "models/quotes-1.0.0/it's (so) !*.txt",
  'models/back-1.0.0\\data\\file.txt',
  'models/dots-1.0.0/..hidden/...',
]
const partBytes = 5 * 1024 * 1024

/** Every store passes this; what a store lacks is told by its traits. */
export function describeObjectStore(name: string, traits: StoreTraits, start: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let rig: StoreUnderTest
    let store: ObjectStore
    const signal = AbortSignal.timeout(170_000)
    const io = { signal }
    const text = (value: string) => new Uint8Array(Buffer.from(value))
    const failure = async (promise: Promise<unknown>): Promise<Pick<AppError, 'code' | 'details'>> => {
      try {
        await promise
      } catch (error) {
        const { code, details } = error as AppError
        return { code, details }
      }
      throw new Error('it did not fail')
    }
    const codeOf = async (promise: Promise<unknown>) => (await failure(promise)).code
    const collect = async (body: AsyncIterable<Uint8Array>) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) chunks.push(chunk)
      return Buffer.concat(chunks)
    }
    const keysOf = async (prefix: string, from = store) => {
      const keys: string[] = []
      for await (const page of from.list(prefix, io)) keys.push(...page.map(({ key }) => key))
      return keys.sort()
    }
    const readText = async (key: string) =>
      Buffer.from((await store.read(key, { ...io, maxBytes: 1_000_000 })).bytes).toString()

    beforeAll(async () => {
      rig = await start()
      store = rig.store
    })
    afterAll(async () => {
      await rig?.stop()
    })

    test('gives back what was put, with its facts', async () => {
      const before = Date.now()
      const metadata = { 'orbital-transaction': 'abc-123', md5: 'd41d8cd9' }
      const put = await store.put('models/a-1.0.0/meta.json', text('{"a": 1}'), { ...io, metadata })
      const head = await store.head('models/a-1.0.0/meta.json', io)
      const read = await store.read('models/a-1.0.0/meta.json', { ...io, maxBytes: 100 })
      expect(Buffer.from(read.bytes).toString()).toBe('{"a": 1}')
      expect(head).toMatchObject({ key: 'models/a-1.0.0/meta.json', sizeBytes: 8, etag: put.etag })
      expect(read.etag).toBe(head.etag)
      expect(head.metadata).toEqual(store.keepsMetadata ? metadata : {})
      for (const timeMs of [put.storeNowMs, head.modifiedMs, head.storeNowMs, read.storeNowMs]) {
        expect(Math.abs(timeMs - before)).toBeLessThan(60_000)
      }
    })

    test('replaces an object, and its etag with it', async () => {
      const first = await store.put('models/b-1.0.0/meta.json', text('one'), io)
      const second = await store.put('models/b-1.0.0/meta.json', text('two'), io)
      expect(second.etag).not.toBe(first.etag)
      expect(await readText('models/b-1.0.0/meta.json')).toBe('two')
    })

    test('keeps empty objects', async () => {
      await store.put('orbital/empty', new Uint8Array(0), io)
      expect((await store.head('orbital/empty', io)).sizeBytes).toBe(0)
      expect((await store.read('orbital/empty', { ...io, maxBytes: 0 })).bytes).toHaveLength(0)
      expect(await collect((await store.open('orbital/empty', io)).body)).toHaveLength(0)
    })

    test('says that an object is missing', async () => {
      const expected = { code: 'object-not-found', details: { key: 'models/none-1.0.0/meta.json' } }
      expect(await failure(store.head('models/none-1.0.0/meta.json', io))).toEqual(expected)
      expect(await failure(store.read('models/none-1.0.0/meta.json', { ...io, maxBytes: 9 }))).toEqual(expected)
      expect(await failure(store.open('models/none-1.0.0/meta.json', io))).toEqual(expected)
    })

    test('deletes, and deletes what is not there', async () => {
      await store.put('orbital/gone', text('x'), io)
      await store.delete('orbital/gone', io)
      await store.delete('orbital/gone', io)
      expect(await codeOf(store.head('orbital/gone', io))).toBe('object-not-found')
    })

    test('refuses to read more than allowed', async () => {
      await store.put('orbital/large', new Uint8Array(300_000), io)
      expect(await codeOf(store.read('orbital/large', { ...io, maxBytes: 299_999 }))).toBe('package-too-large')
    })

    test('lists below a prefix and within its root', async () => {
      await rig.parent.put('outside/models/x/meta.json', text('x'), io)
      await store.put('listing/one/meta.json', text('1'), io)
      await store.put('listing/one/archive.gz', text('11'), io)
      await store.put('listing/one-two/meta.json', text('111'), io)
      await store.put('listing2', text('1111'), io)
      expect(await keysOf('listing/')).toEqual([
        'listing/one-two/meta.json',
        'listing/one/archive.gz',
        'listing/one/meta.json',
      ])
      expect(await keysOf('listing/one/')).toEqual(['listing/one/archive.gz', 'listing/one/meta.json'])
      expect(await keysOf('nothing/here/')).toEqual([])
      expect(await keysOf('outside/')).toEqual([])
      expect(await keysOf(`${rig.root}listing2`, rig.parent)).toEqual([`${rig.root}listing2`])
      const facts: ObjectFacts[] = []
      for await (const page of store.list('listing/one/', io)) facts.push(...page)
      for (const listed of facts) {
        const { metadata: _, storeNowMs: __, modifiedMs, ...head } = await store.head(listed.key, io)
        expect(listed).toMatchObject(head)
        // To the second in one, to the millisecond in the other.
        expect(Math.abs(listed.modifiedMs - modifiedMs)).toBeLessThanOrEqual(1000)
      }
    })

    test('lists more than a page, each key once', async () => {
      const keys = Array.from({ length: 1_003 }, (_, index) => `many/p-${index}.0.0/meta.json`).sort()
      const waiting = [...keys]
      const putNext = async () => {
        for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) await store.put(key, text('x'), io)
      }
      await (rig.fill?.(keys) ?? Promise.all(Array.from({ length: 8 }, putNext)))
      expect(await keysOf('many/')).toEqual(keys)
    })

    test('reads ranges', async () => {
      const bytes = randomBytes(700_000)
      const { etag } = await store.put('ranges/file', bytes, io)
      const readRange = async (startOffset: number, endOffset: number) => {
        const { body, ...facts } = await store.open('ranges/file', {
          ...io,
          range: { startOffset, endOffset },
          ifMatch: etag,
        })
        return { ...facts, bytes: await collect(body) }
      }
      for (const [startOffset, endOffset] of [
        [0, 1],
        [5, 9],
        [699_999, 700_000],
        [100_000, 600_000],
        [0, 700_000],
      ] as const) {
        const got = await readRange(startOffset, endOffset)
        expect(got).toMatchObject({ startOffset, sizeBytes: 700_000, etag })
        expect(got.bytes.equals(bytes.subarray(startOffset, endOffset))).toBe(true)
      }
      expect((await readRange(699_990, 800_000)).bytes.equals(bytes.subarray(699_990))).toBe(true)
      expect((await readRange(10, 10)).bytes).toHaveLength(0)
      const beyond = readRange(700_000, 700_010)
      if (traits.refusesRangesBeyondTheEnd) expect(await codeOf(beyond)).toBe('object-changed')
      else expect((await beyond).startOffset).toBe(0)
    })

    test('notices an object that changed between two reads', async () => {
      const { etag } = await store.put('changing', text('before'), io)
      await store.put('changing', text('after!'), io)
      expect(await failure(store.open('changing', { ...io, ifMatch: etag }))).toEqual({
        code: 'object-changed',
        details: { key: 'changing' },
      })
    })

    test('puts only where nothing is', async () => {
      const condition = { ifNoneMatch: '*' } as const
      await store.put('conditional/one', text('first'), { ...io, condition })
      const again = store.put('conditional/one', text('second'), { ...io, condition })
      if (traits.conditionalPut) expect(await codeOf(again)).toBe('precondition-failed')
      else await again
      expect(await readText('conditional/one')).toBe(traits.conditionalPut ? 'first' : 'second')
    })

    test('has one winner among sixteen', async () => {
      if (!traits.conditionalPut) return
      const condition = { ifNoneMatch: '*' } as const
      const results = await Promise.allSettled(
        Array.from({ length: 16 }, (_, index) => store.put('conditional/race', text(`${index}`), { ...io, condition })),
      )
      const winners = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []))
      expect(winners).toHaveLength(1)
      expect(await readText('conditional/race')).toBe(`${winners[0]}`)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'precondition-failed' })
      }
    })

    test('replaces only what it saw', async () => {
      const { etag } = await store.put('conditional/match', text('one'), io)
      await store.put('conditional/match', text('two'), { ...io, condition: { ifMatch: etag } })
      const late = store.put('conditional/match', text('three'), { ...io, condition: { ifMatch: etag } })
      if (traits.ifMatchPut) expect(await codeOf(late)).toBe('precondition-failed')
      else await late
      expect(await readText('conditional/match')).toBe(traits.ifMatchPut ? 'two' : 'three')
    })

    const partsOfUpload = [randomBytes(partBytes), randomBytes(partBytes), randomBytes(1_234)] as const
    const startUpload = async (key: string) => {
      const { uploadId } = await store.createUpload(key, { ...io, metadata: { 'orbital-transaction': 't-1' } })
      const parts = await Promise.all(
        partsOfUpload.map((bytes, index) => store.uploadPart(key, uploadId, index + 1, bytes, io)),
      )
      return { uploadId, parts }
    }

    test('assembles an upload', async () => {
      const key = 'uploads/whole-1.0.0/archive.gz'
      const { uploadId, parts } = await startUpload(key)
      expect(await codeOf(store.head(key, io))).toBe('object-not-found')
      expect(await keysOf('uploads/whole-1.0.0/')).toEqual([])
      if (traits.listsParts) expect(await store.listParts(key, uploadId, io)).toEqual(parts)
      if (traits.listsUploads) {
        expect(await store.listUploads('uploads/whole-', io)).toMatchObject([{ key, uploadId }])
        expect(await store.listUploads('uploads/other-', io)).toEqual([])
      }
      await store.completeUpload(key, uploadId, parts, io)
      const whole = Buffer.concat(partsOfUpload)
      const { body, sizeBytes, metadata } = await store.open(key, io)
      const hash = createHash('sha256')
      for await (const chunk of body) hash.update(chunk)
      expect(sizeBytes).toBe(whole.length)
      expect(hash.digest('hex')).toBe(createHash('sha256').update(whole).digest('hex'))
      if (store.keepsMetadata) expect(metadata).toMatchObject({ 'orbital-transaction': 't-1' })
      expect(await store.listUploads('uploads/', io)).toEqual([])
    })

    test('assembles from one part', async () => {
      const key = 'uploads/one-1.0.0/archive.gz'
      const { uploadId } = await store.createUpload(key, io)
      const part = await store.uploadPart(key, uploadId, 1, text('alone'), io)
      await store.completeUpload(key, uploadId, [part], io)
      expect(await readText(key)).toBe('alone')
    })

    test('knows nothing of an upload that is over', async () => {
      const key = 'uploads/over-1.0.0/archive.gz'
      const { uploadId, parts } = await startUpload(key)
      await store.abortUpload(key, uploadId, io)
      await store.abortUpload(key, uploadId, io)
      expect(await codeOf(store.completeUpload(key, uploadId, parts, io))).toBe('upload-not-found')
      expect(await codeOf(store.listParts(key, uploadId, io))).toBe('upload-not-found')
      expect(await codeOf(store.uploadPart(key, uploadId, 1, text('late'), io))).toBe('upload-not-found')
      expect(await codeOf(store.head(key, io))).toBe('object-not-found')
    })

    test('says so when an upload is completed a second time, and keeps the object', async () => {
      const key = 'uploads/twice-1.0.0/archive.gz'
      const { uploadId, parts } = await startUpload(key)
      await store.completeUpload(key, uploadId, parts, io)
      const { etag } = await store.head(key, io)
      const second = await store.completeUpload(key, uploadId, parts, io).then(
        () => 'done',
        (error: AppError) => error.code,
      )
      // Some stores remember that they did it.
      expect(['upload-not-found', 'done']).toContain(second)
      expect((await store.head(key, io)).etag).toBe(etag)
    })

    test('takes the part that the list names of two that were sent', async () => {
      const key = 'uploads/resent-1.0.0/archive.gz'
      const { uploadId } = await store.createUpload(key, io)
      await store.uploadPart(key, uploadId, 1, text('same'), io)
      const same = await store.uploadPart(key, uploadId, 1, text('same'), io)
      const other = store.uploadPart(key, uploadId, 1, text('newer'), io)
      if (!traits.replacesParts) expect(await codeOf(other)).toBe('store-answer')
      const last = traits.replacesParts ? await other : same
      expect(await store.listParts(key, uploadId, io)).toContainEqual(last)
      await store.completeUpload(key, uploadId, [last], io)
      expect(await readText(key)).toBe(traits.replacesParts ? 'newer' : 'same')
    })

    test('refuses parts that it does not have', async () => {
      if (!traits.checksPartEtags) return
      const key = 'uploads/wrong-1.0.0/archive.gz'
      const { uploadId } = await store.createUpload(key, io)
      const part = await store.uploadPart(key, uploadId, 1, text('right'), io)
      const wrong = { ...part, etag: `"${'0'.repeat(32)}"` }
      expect(await codeOf(store.completeUpload(key, uploadId, [wrong], io))).toBe('upload-refused')
      await store.abortUpload(key, uploadId, io)
    })

    test('completes only where nothing is', async () => {
      const key = 'uploads/taken-1.0.0/archive.gz'
      await store.put(key, text('was here'), io)
      const { uploadId } = await store.createUpload(key, io)
      const part = await store.uploadPart(key, uploadId, 1, text('too late'), io)
      const complete = store.completeUpload(key, uploadId, [part], { ...io, condition: { ifNoneMatch: '*' } })
      if (traits.conditionalComplete) {
        expect(await codeOf(complete)).toBe('precondition-failed')
        expect(await readText(key)).toBe('was here')
      } else {
        await complete
      }
      await store.abortUpload(key, uploadId, io)
    })

    for (const key of oddKeys) {
      test(`keeps the key ${key}`, async () => {
        if (traits.refusedKeys?.includes(key)) {
          const listed = await store.put(key, text(key), io).then(
            () => keysOf('models/'),
            () => [],
          )
          expect(listed).not.toContain(key)
          return
        }
        await store.put(key, text(key), io)
        expect(await readText(key)).toBe(key)
        expect(await keysOf(key.slice(0, 10))).toContain(key)
        await store.delete(key, io)
        expect(await keysOf(key.slice(0, 10))).not.toContain(key)
      })
    }

    test('does nothing under an aborted signal', async () => {
      const aborted = { signal: AbortSignal.abort() }
      const calls: (() => Promise<unknown>)[] = [
        () => store.head('aborted', aborted),
        () => store.read('aborted', { ...aborted, maxBytes: 9 }),
        () => store.open('aborted', aborted),
        () => store.put('aborted', text('x'), aborted),
        () => store.delete('aborted', aborted),
        () => store.createUpload('aborted', aborted),
        () => keysOfAborted(),
        () => store.listUploads('aborted', aborted),
      ]
      const keysOfAborted = async () => {
        for await (const page of store.list('aborted', aborted)) return page
        return []
      }
      for (const call of calls) expect(await codeOf(call())).toBe('cancelled')
      expect(await codeOf(store.head('aborted', io))).toBe('object-not-found')
    })

    test('stops in the middle of a body', async () => {
      await store.put('long', randomBytes(8 * 1024 * 1024), io)
      const stop = new AbortController()
      const { body } = await store.open('long', { signal: stop.signal })
      const reading = (async () => {
        for await (const _ of body) stop.abort()
      })()
      expect(await codeOf(reading)).toBe('cancelled')
    })

    test('frees the connection of a body that nobody reads to its end', async () => {
      for (let round = 0; round < 24; round += 1) {
        const { body } = await store.open('long', io)
        for await (const chunk of body) {
          expect(chunk.length).toBeGreaterThan(0)
          break
        }
      }
      expect((await store.head('long', io)).sizeBytes).toBe(8 * 1024 * 1024)
    })

    test('is left without open uploads', async () => {
      if (traits.listsUploads) expect(await store.listUploads('', io)).toEqual([])
    })
  })
}
