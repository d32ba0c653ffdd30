/**
 * Publishing to a store, over a network, that do everything wrong: each request of a publish × kind of fault. Each ends published, as one whole pair; or with
 * an error, and the same publish run again ends it. Never with a pair that doesn't belong together, and never not at all.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppError, type ErrorCode, toWire } from '../../../shared/errors.ts'
import { errorTextOf } from '../../../shared/text/errors.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { alterHeaders, breakOff, noHttp, page, refuse, unheard } from '../../../testkit/faults.ts'
import { type Deed, type FaultyProxy, type FaultyRequest, startFaultyProxy } from '../../../testkit/faulty-proxy.ts'
import { startInProcess } from '../../../testkit/in-process-worker.ts'
import { type BuiltFile, buildPackageFolder } from '../../../testkit/package-builder.ts'
import {
  listLeftBehind,
  openTestConnection,
  openTestStore,
  requestFor,
  startPublish,
} from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { bucketSpec } from '../../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { createStore } from '../object-store/create-store.ts'
import type { Clock, ObjectStore, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { publishKeys } from './publish-keys.ts'

const io = { signal: new AbortController().signal }
const timing = { deadSealAfterMs: 100, unprotectedRereadMs: 50 }
const infoOf = (version: string) => ({ name: 'digits', version })

/** The requests of a publish to an empty place, in order. Parts are of a worker with a store of its own. */
const requests: Readonly<Record<string, (request: FaultyRequest) => boolean>> = {
  'look for a withdrawal': ({ method, path }) => method === 'GET' && path.includes('/withdrawn/'),
  'look for meta.json': ({ method, path }) => method === 'GET' && path.includes('/meta.json'),
  'look for a seal': ({ method, path }) => method === 'GET' && path.includes('/seals/'),
  'begin the upload': ({ method, path }) => method === 'POST' && path.includes('?uploads'),
  'send a part': ({ method, path }) => method === 'PUT' && path.includes('partNumber='),
  'put the seal': ({ method, path }) => method === 'PUT' && path.includes('/seals/'),
  'complete the upload': ({ method, path }) => method === 'POST' && path.includes('uploadId='),
  'look at the archive': ({ method, path }) => method === 'HEAD' && path.includes('archive.gz'),
  'put meta.json': ({ method, path }) => method === 'PUT' && path.includes('/meta.json'),
  'take the seal away': ({ method, path }) => method === 'DELETE' && path.includes('/seals/'),
}
const resultLost = breakOff('reset', 'before')
const tookEffect =
  (deed: Deed): Deed =>
  async (ask, request) => {
    await ask()
    return deed(ask, request)
  }
const kinds: readonly (readonly [string, Deed])[] = [
  ['is not heard', unheard],
  ['is done, and its answer lost', resultLost],
  ['is done, and its answer ends early', breakOff('end', 'middle')],
  ['is done, and nothing is said of it', breakOff('stall', 'before')],
  ['is answered with 500', refuse(500, 'InternalError')],
  ['is done, and answered with 500', tookEffect(refuse(500, 'InternalError'))],
  ['is answered with 503', refuse(503, 'SlowDown')],
  ['is done, and answered with 503', tookEffect(refuse(503, 'SlowDown'))],
  ['is done, and a gateway gives up on it', tookEffect(refuse(504, ''))],
  ['is refused', refuse(403, 'AccessDenied')],
  ['is answered with a web page', page],
  ['is answered by no HTTP', noHttp],
]
const cases = Object.entries(requests).flatMap(([what, match]) =>
  kinds
    // A worker's own time until it calls a store silent is too long for here.
    .filter(([kind]) => what !== 'send a part' || !kind.includes('nothing is said'))
    .map(([kind, deed]) => ({ what, kind, match, deed })),
)

describeWith(await fetchS3Server(), 'publishing to a store that is wrong', () => {
  let server: S3Server
  let proxy: FaultyProxy
  let store: ObjectStore
  let spec: StoreSpec
  let temp: TempFolder
  let files: readonly BuiltFile[]
  let number = 0

  beforeAll(async () => {
    server = await startS3Server()
    proxy = await startFaultyProxy(server.endpoint)
    temp = await createTempFolder()
    spec = bucketSpec(server, await server.createBucket(), { endpoint: proxy.endpoint })
    store = openTestStore({ ...spec, endpoint: server.endpoint })
    files = await buildPackageFolder(join(temp.path, 'model'), {
      files: [
        { path: 'weights.bin', sizeBytes: 60_000 },
        { path: 'labels/en.txt', sizeBytes: 20_000, content: 'compressible' },
      ],
    })
  })
  afterAll(async () => {
    store?.close()
    await proxy?.stop()
    await server?.stop()
    await temp?.remove()
  })

  const run = async (version: string, journal: string, stallMs = 5_000) => {
    const system = createSystemClock()
    const clock: Clock = {
      ...system,
      // A pause between two tries is not worth waiting for here.
      sleep: (ms, options) => system.sleep(Math.min(ms, 25), options),
    }
    const faulty = createStore(spec, { disk: createNodeDisk(), clock, log: silentLog, stallMs })
    const { outcome } = startPublish({
      journalFolder: join(temp.path, journal),
      request: requestFor(join(temp.path, 'model'), infoOf(version), 'Ada'),
      connection: openTestConnection(spec, faulty),
      deps: { timing, clock, startWorker: startInProcess },
    })
    try {
      return await outcome
    } finally {
      faulty.close()
    }
  }
  const expectPair = async (version: string) => {
    const keys = publishKeys(infoOf(version))
    const { bytes } = await store.read(keys.meta, { ...io, maxBytes: 1e6 })
    const archive = await store.read(keys.archive, { ...io, maxBytes: 1e6 })
    const manifest = ingestMeta(bytes, { key: keys.meta, ident: keys.ident, archiveBytes: archive.sizeBytes })
    expect(createHash('md5').update(archive.bytes).digest('hex')).toBe(manifest.archive.md5)
    for (const { path, startOffset, endOffset } of manifest.files)
      expect(gunzipSync(archive.bytes.subarray(startOffset, endOffset))).toEqual(
        files.find((file) => file.path === path)?.bytes,
      )
    expect(await listLeftBehind(store, io)).toEqual([])
  }
  const expectNamed = (error: unknown, ...codes: readonly ErrorCode[]) => {
    expect(codes, JSON.stringify(toWire(error))).toContain(toWire(error).code)
    expect(Object.values(errorTextOf(error as AppError)).join(' ')).toMatch(/127\.0\.0\.1|digits|bucket-|Test models/)
  }
  const timeout = 15_000

  test.each(cases)('$what: $kind', { timeout }, async ({ match, deed, kind }) => {
    const version = `1.0.${number++}`
    proxy.set({ match, deed, times: 1 })
    const error = await run(version, version, kind.includes('nothing is said') ? 250 : undefined).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(proxy.hits()).toBe(1)
    const isRefusal = ['is refused', 'is answered with a web page', 'is answered by no HTTP'].includes(kind)
    if (isRefusal) {
      if (error !== undefined) expectNamed(error, 'access-denied', 'store-answer', 'version-published')
      proxy.set()
      await run(version, version)
    } else expect(error === undefined ? undefined : toWire(error)).toBeUndefined()
    await expectPair(version)
  })

  test.each(cases.filter(({ kind }) => kind === 'is refused'))(
    '$what: is refused, each time',
    { timeout },
    async ({ match, deed, what }) => {
      const version = `2.0.${number++}`
      proxy.set({ match, deed })
      const outcome = await run(version, version).catch((error: unknown) => error)
      // What is left to tidy up is no reason to fail.
      if (what !== 'take the seal away') expectNamed(outcome, 'access-denied', 'version-published')
      proxy.set()
      await run(version, version)
      await expectPair(version)
    },
  )

  describe('a store that lies', () => {
    const isPart = requests['send a part'] ?? (() => false)
    const isComplete = requests['complete the upload'] ?? (() => false)
    const inside = (code: string) => refuse(200, code)
    test.each([
      ['an error in a 200 to the end of the upload', isComplete, inside('InternalError')],
      ['the same, though it was done', isComplete, tookEffect(inside('InternalError'))],
      ['no such upload, though it was done', isComplete, tookEffect(refuse(404, 'NoSuchUpload'))],
      ['the etag of a part is that of a later one', isPart, alterHeaders(() => ({ etag: `"${'0'.repeat(32)}"` }))],
    ] as const)('%s', { timeout }, async (_, match, deed) => {
      const version = `3.0.${number++}`
      proxy.set({ match, deed, times: 1 })
      await run(version, version).catch((error: unknown) => expectNamed(error, 'upload-refused', 'store-answer'))
      expect(proxy.hits()).toBe(1)
      proxy.set()
      await run(version, version)
      await expectPair(version)
    })

    test('etags of parts that it never takes back end, and name the store', { timeout }, async () => {
      const version = `3.0.${number++}`
      const deed = alterHeaders(() => ({ etag: `"${'0'.repeat(32)}"` }))
      proxy.set({ match: isPart, deed })
      expectNamed(await run(version, version).catch((error: unknown) => error), 'upload-refused')
      proxy.set()
      await run(version, version)
      await expectPair(version)
    })
  })
})
