import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageInfo } from '../../../shared/model/package.ts'
import { startCountingProxy } from '../../../testkit/counting-proxy.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { type BuiltFile, buildPackageFolder, createRandom } from '../../../testkit/package-builder.ts'
import {
  openTestConnection,
  openTestStore,
  type PublishResult,
  requestFor,
  spawnPublisher,
  startPublish,
} from '../../../testkit/publish-rig.ts'
import { fetchRclone, startRcloneServer } from '../../../testkit/rclone-server.ts'
import { fetchS3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { bucketSpec, type S3Store } from '../../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'
import { peekJournal } from '../transfers/journal.ts'
import { publishSteps, type StepName } from './publish-context.ts'
import { publishKeys } from './publish-keys.ts'

const io = { signal: new AbortController().signal }
const timing = { deadSealAfterMs: 1_000, unprotectedRereadMs: 200 }
const mebibyte = 1024 * 1024

interface Place {
  readonly spec: StoreSpec
  readonly store: ObjectStore
  readonly temp: TempFolder
  close(): Promise<void>
}

async function openServerPlace(start: () => Promise<S3Store>): Promise<Place> {
  const [server, temp] = await Promise.all([start(), createTempFolder()])
  const spec = bucketSpec(server, await server.createBucket(), { root: 'team/' })
  const store = openTestStore(spec)
  const close = async () => {
    store.close()
    await server.stop()
    await temp.remove()
  }
  return { spec, store, temp, close }
}

async function openFolderPlace(): Promise<Place> {
  const temp = await createTempFolder()
  mkdirSync(join(temp.path, 'bucket'))
  const spec: StoreSpec = { kind: 'folder', path: join(temp.path, 'bucket'), root: '' }
  return { spec, store: openTestStore(spec), temp, close: temp.remove }
}

const infoOf = (version: string): PackageInfo => ({ name: 'digits', version, description: 'Reads digits' })
const build = ({ temp }: Place, name: string, seed: number, weightsBytes = 200_000) =>
  buildPackageFolder(join(temp.path, name), {
    files: [
      { path: 'weights.bin', sizeBytes: weightsBytes },
      { path: 'labels/en.txt', sizeBytes: 40_000, content: 'compressible' },
      { path: 'empty.txt', sizeBytes: 0 },
    ],
    seed,
  })

let journals = 0
function publish(place: Place, version: string, folder: string, by: string, journal?: string) {
  journals += 1
  return startPublish({
    journalFolder: join(place.temp.path, journal ?? `journal-${journals}`),
    request: requestFor(join(place.temp.path, folder), infoOf(version), by),
    connection: openTestConnection(place.spec, place.store),
    deps: { timing },
  })
}

/** The pair in the bucket is one, it unpacks to these files, was published by that person, and nothing else is there. */
async function expectPair({ store }: Place, version: string, files: readonly BuiltFile[], by: string) {
  const keys = publishKeys(infoOf(version))
  const meta = await store.read(keys.meta, { ...io, maxBytes: 1e9 })
  const archive = await store.read(keys.archive, { ...io, maxBytes: 1e9 })
  const manifest = ingestMeta(meta.bytes, { key: keys.meta, ident: keys.ident, archiveBytes: archive.sizeBytes })
  expect(manifest.orbital?.publishedBy).toBe(by)
  expect(createHash('md5').update(archive.bytes).digest('hex')).toBe(manifest.archive.md5)
  expect(manifest.files.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path).sort())
  for (const { path, startOffset, endOffset } of manifest.files) {
    const expected = files.find((file) => file.path === path)?.bytes
    expect(expected?.equals(gunzipSync(archive.bytes.subarray(startOffset, endOffset))), path).toBe(true)
  }
  expect(await listLeft(store, version)).toEqual([])
}

async function listLeft(store: ObjectStore, version: string): Promise<string[]> {
  const keys = publishKeys(infoOf(version))
  const left: string[] = []
  for (const prefix of [`orbital/seals/${keys.ident}/`, 'orbital/probe/'])
    for await (const page of store.list(prefix, io)) left.push(...page.map(({ key }) => key))
  for (const upload of await store.listUploads(keys.archive, io)) left.push(`upload of ${upload.key}`)
  return left
}

const sentParts = (journalFolder: string): number =>
  (peekJournal(createNodeDisk(), journalFolder) ?? []).filter(({ kind }) => kind === 'publish.part').length

/** Which part of each upload is waited for before the kill. */
const killSeed = Date.now() % 1_000_000

/** From here on whoever was killed has decided the version. */
const sealed = publishSteps.indexOf('seal')
const killPoints = publishSteps.flatMap((step, index) =>
  (['before', 'after'] as const).map((when) => ({
    at: `${when} ${step}` as StepName,
    isSealed: index > sealed || (index === sealed && when === 'after'),
  })),
)

function describeKills(open: () => Promise<Place>, versionStart: number) {
  describe('a publisher that is killed', () => {
    let place: Place
    let ada: BuiltFile[]
    let bob: BuiltFile[]
    let version = versionStart

    beforeAll(async () => {
      place = await open()
      ada = await build(place, 'ada', 1)
      bob = await build(place, 'bob', 2)
    })
    afterAll(() => place?.close())

    async function killAt(at: StepName) {
      version += 1
      const journal = `killed-${version}`
      const { spec, temp } = place
      const publisher = spawnPublisher({
        spec,
        folder: join(temp.path, 'ada'),
        info: infoOf(`1.0.${version}`),
        publishedBy: 'Ada',
        journalFolder: join(temp.path, journal),
        killAt: at,
        timing,
      })
      expect(await publisher.ended).toMatchObject({ signal: 'SIGKILL' })
      return { version: `1.0.${version}`, journal }
    }

    test(`at random moments (seed ${killSeed}) of the upload: its own next run sends only what is missing`, async () => {
      const random = createRandom(killSeed)
      const big = await build(place, 'killed-big', 6, 80 * mebibyte)
      const { spec, temp } = place
      for (let kills = 0; kills < 4; kills += 1) {
        version += 1
        const journalFolder = join(temp.path, `killed-${version}`)
        const info = infoOf(`1.0.${version}`)
        const publisher = spawnPublisher({
          spec,
          folder: join(temp.path, 'killed-big'),
          info,
          publishedBy: 'Ada',
          journalFolder,
          holdAt: 'before upload parts',
          timing,
        })
        await publisher.ready
        publisher.go()
        const wanted = random() & 3
        await expect
          .poll(() => sentParts(journalFolder), { timeout: 30_000, interval: 5 })
          .toBeGreaterThanOrEqual(wanted)
        publisher.kill()
        await publisher.ended
        const sentBefore = sentParts(journalFolder)
        const run = publish(place, info.version, 'killed-big', 'Ada', `killed-${version}`)
        expect(await run.outcome).toEqual({})
        // Six parts; the store may have taken more than the journal knows, never less.
        expect(run.wireBytes()).toBeLessThanOrEqual((6 - sentBefore) * 16 * mebibyte)
        await expectPair(place, info.version, big, 'Ada')
      }
    })

    test.each(killPoints)('$at: its own next run settles it', async ({ at }) => {
      const killed = await killAt(at)
      expect(await publish(place, killed.version, 'ada', 'Ada', killed.journal).outcome).toEqual({})
      await expectPair(place, killed.version, ada, 'Ada')
    })

    test.each(killPoints)('$at: the next publisher, from another home, settles it', async ({ at, isSealed }) => {
      const killed = await killAt(at)
      const next = publish(place, killed.version, 'bob', 'Bob')
      if (isSealed) {
        await expect(next.outcome).rejects.toMatchObject({
          code: 'version-published',
          details: { publishedBy: 'Ada', reason: 'published' },
        })
      } else expect(await next.outcome).toEqual({})
      await expectPair(place, killed.version, isSealed ? ada : bob, isSealed ? 'Ada' : 'Bob')
      const back = publish(place, killed.version, 'ada', 'Ada', killed.journal)
      if (isSealed) expect(await back.outcome).toEqual({})
      else await expect(back.outcome).rejects.toMatchObject({ details: { publishedBy: 'Bob' } })
      await expectPair(place, killed.version, isSealed ? ada : bob, isSealed ? 'Ada' : 'Bob')
    })
  })
}

/** All stand before the seal when the first is let go. */
async function race(place: Place, version: string, publishers: readonly { folder: string; by: string }[]) {
  const { spec, temp } = place
  const running = publishers.map(({ folder, by }) =>
    spawnPublisher({
      spec,
      folder: join(temp.path, folder),
      info: infoOf(version),
      publishedBy: by,
      journalFolder: join(temp.path, `race-${version}-${by}`),
      holdAt: 'before seal',
      timing,
    }),
  )
  await Promise.all(running.map(({ ready }) => ready))
  for (const { go } of running) go()
  const ended = await Promise.all(running.map(({ ended: end }) => end))
  return ended.map(({ result }) => result)
}

const isSuccess = (result: PublishResult | undefined) => result !== undefined && 'outcome' in result

function describeRaces(getPlace: () => Place) {
  test('of 16 publishers of one version one wins, and 15 are told who and when', { timeout: 300_000 }, async () => {
    const place = getPlace()
    const people = Array.from({ length: 16 }, (_, index) => ({ folder: `race-${index}`, by: `Person ${index}` }))
    const files = await Promise.all(people.map(({ folder }, index) => build(place, folder, 100 + index)))
    const results = await race(place, '3.0.0', people)
    const winners = results.flatMap((result, index) => (isSuccess(result) ? [index] : []))
    expect(winners).toHaveLength(1)
    const winner = winners[0] ?? 0
    const told = results.filter((_, index) => index !== winner)
    for (const result of told) {
      expect(result).toMatchObject({
        error: {
          code: 'version-published',
          details: { publishedBy: `Person ${winner}`, publishedAt: expect.any(String) },
        },
      })
    }
    await expectPair(place, '3.0.0', files[winner] ?? [], `Person ${winner}`)
  })

  test('of four publishers of the same content all succeed, and one published it', async () => {
    const place = getPlace()
    const files = await build(place, 'same', 5)
    const people = ['Ada', 'Bob', 'Cyd', 'Dan'].map((by) => ({ folder: 'same', by }))
    const results = await race(place, '3.1.0', people)
    expect(results.filter(isSuccess)).toHaveLength(4)
    const own = results.findIndex(
      (result) => result !== undefined && 'outcome' in result && !result.outcome.alreadyThere,
    )
    await expectPair(place, '3.1.0', files, people[own]?.by ?? '')
  })
}

describe('a folder', () => {
  let place: Place
  beforeAll(async () => {
    place = await openFolderPlace()
  })
  afterAll(() => place?.close())

  describeRaces(() => place)
  describeKills(openFolderPlace, 0)
})

describeWith(await fetchS3Server(), 'SeaweedFS', () => {
  let place: Place
  beforeAll(async () => {
    place = await openServerPlace(startS3Server)
  })
  afterAll(() => place?.close())

  test('gets a package of several parts, byte for byte', async () => {
    const files = await build(place, 'big', 3, 40 * mebibyte)
    expect(await publish(place, '1.0.0', 'big', 'Ada').outcome).toEqual({})
    await expectPair(place, '1.0.0', files, 'Ada')
  })

  test('is asked with new credentials when the first ones expire on the way', async () => {
    const files = await build(place, 'expiring', 4, 40 * mebibyte)
    let asked = 0
    const specs = async (): Promise<StoreSpec> => {
      asked += 1
      const { spec } = place
      if (spec.kind !== 's3' || spec.credentials.kind !== 'keys') throw new Error('not this kind of store')
      const expiresAtMs = Date.now() + (asked === 1 ? 1 : 3_600_000)
      return { ...spec, credentials: { ...spec.credentials, expiresAtMs } }
    }
    const run = startPublish({
      journalFolder: join(place.temp.path, 'journal-expiring'),
      request: requestFor(join(place.temp.path, 'expiring'), infoOf('1.1.0'), 'Ada'),
      connection: { ...openTestConnection(place.spec, place.store), spec: specs },
      deps: { timing, partsInFlight: () => 1 },
    })
    expect(await run.outcome).toEqual({})
    expect(asked).toBe(2)
    await expectPair(place, '1.1.0', files, 'Ada')
  })

  test('that takes nothing for a while makes it say so, until it takes more', async () => {
    const files = await build(place, 'stalling', 5, 40 * mebibyte)
    const { spec } = place
    if (spec.kind !== 's3') throw new Error('not this kind of store')
    const proxy = await startCountingProxy(spec.endpoint ?? '')
    const parts = { method: 'PUT', path: /partNumber=/ }
    proxy.throttle(30 * mebibyte)
    const run = startPublish({
      journalFolder: join(place.temp.path, 'journal-stalling'),
      request: requestFor(join(place.temp.path, 'stalling'), infoOf('1.2.0'), 'Ada'),
      connection: openTestConnection({ ...spec, endpoint: proxy.endpoint }, place.store),
      deps: { timing, quietMs: 1_000 },
    })
    try {
      await expect.poll(() => proxy.count(parts).receivedBytes, { timeout: 20_000 }).toBeGreaterThan(4 * mebibyte)
      proxy.stall(parts)
      await expect.poll(() => run.phases.at(-1)?.kind, { timeout: 20_000 }).toBe('stalled')
      proxy.resume()
      await expect.poll(() => run.phases.at(-1)?.kind, { timeout: 20_000 }).toBe('transferring')
      expect(run.phases.map(({ kind }) => kind)).not.toContain('reconnecting')
      proxy.throttle(undefined)
      expect(await run.outcome).toEqual({})
    } finally {
      await proxy.stop()
    }
    await expectPair(place, '1.2.0', files, 'Ada')
  })

  describeRaces(() => place)
  describeKills(async () => ({ ...place, close: async () => {} }), 100)
})

describeWith(await fetchRclone(), 'rclone serve s3', () => {
  let place: Place
  beforeAll(async () => {
    place = await openServerPlace(startRcloneServer)
  })
  afterAll(() => place?.close())

  test('gets a package of several parts, byte for byte, and says that it is unprotected', async () => {
    const files = await build(place, 'big', 3, 40 * mebibyte)
    expect(await publish(place, '1.0.0', 'big', 'Ada').outcome).toEqual({ unprotected: true })
    await expectPair(place, '1.0.0', files, 'Ada')
  })

  test('one after the other, other content is told who, and the same content succeeds', async () => {
    const files = await build(place, 'ada', 1)
    await build(place, 'bob', 2)
    await publish(place, '2.0.0', 'ada', 'Ada').outcome
    await expect(publish(place, '2.0.0', 'bob', 'Bob').outcome).rejects.toMatchObject({
      details: { publishedBy: 'Ada' },
    })
    expect(await publish(place, '2.0.0', 'ada', 'Cyd').outcome).toEqual({ alreadyThere: true })
    await expectPair(place, '2.0.0', files, 'Ada')
  })
})
