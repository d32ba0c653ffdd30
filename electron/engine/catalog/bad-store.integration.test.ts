/**
 * Listings of a store, over a network, that do everything wrong: kind of fault × page or meta.json × position in it. Each ends with all versions, with a
 * row that says what is wrong with one, or with an error; never with a version less and no word of it, and never not at all.
 */
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AppError, type ErrorCode, toWire } from '../../../shared/errors.ts'
import { errorTextOf } from '../../../shared/text/errors.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { alterBody, alterHeaders, breakOff, noHttp, page, positions, refuse, unheard } from '../../../testkit/faults.ts'
import { type Deed, type FaultyProxy, type FaultyRequest, startFaultyProxy } from '../../../testkit/faulty-proxy.ts'
import { openTestConnection, openTestStore } from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { fetchS3Server, publicBucket, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { makeSmallVersion, putSmallVersions } from '../../../testkit/small-versions.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createStore } from '../object-store/create-store.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type Catalog, createCatalog } from './catalog.ts'

const io = { signal: new AbortController().signal }
const names = ['alpha', 'beta', 'gamma']
const versions = names.map((name) => ({ name, version: '1.0.0' }))

const listModels = ({ path: key }: FaultyRequest) => key.includes('list-type=2') && key.includes('prefix=models')
const metaOf = (name: string) => (request: FaultyRequest) =>
  request.method === 'GET' && request.path.includes(`${name}-1.0.0/meta.json`)
const anyMeta = ({ path: key }: FaultyRequest) => key.includes('/meta.json')

/** `whole`: all three versions. */
type End = 'whole' | ErrorCode
interface Case {
  readonly name: string
  readonly match: (request: FaultyRequest) => boolean
  readonly deed: Deed
  readonly skip?: number
  readonly times?: number
  readonly ends: End
}

// Pages of two keys: one version each.
const pages = [0, 1, 2]
const breaks: Case[] = [
  ...pages.map((skip) => ({ what: `page ${skip + 1}`, match: listModels, skip })),
  ...pages.map((skip) => ({ what: `meta.json ${skip + 1}`, match: anyMeta, skip })),
].flatMap(({ what, match, skip }) =>
  (['reset', 'end', 'stall'] as const).flatMap((how) =>
    positions.map((position) => ({
      name: `${what}: ${how}, ${position}`,
      match,
      skip,
      deed: breakOff(how, position),
      times: 1,
      ends: 'whole' as const,
    })),
  ),
)
const busy: Case[] = pages.flatMap((skip) =>
  [500, 503, 429, 408].flatMap((status) => [
    {
      name: `page ${skip + 1}: ${status} once`,
      match: listModels,
      skip,
      deed: refuse(status, ''),
      times: 1,
      ends: 'whole' as const,
    },
    {
      name: `page ${skip + 1}: ${status} always`,
      match: listModels,
      skip,
      deed: refuse(status, ''),
      ends: 'store-busy' as const,
    },
  ]),
)
const half = alterBody((body) => body.subarray(0, body.length >> 1))
const wrong: Case[] = (
  [
    ['gone', unheard, 'network-interrupted'],
    ['403', refuse(403, 'AccessDenied'), 'access-denied'],
    ['401', refuse(401, ''), 'sign-in-wrong'],
    ['no bucket', refuse(404, 'NoSuchBucket'), 'bucket-not-found'],
    ['404', refuse(404, ''), 'bucket-not-found'],
    ['another clock', refuse(403, 'RequestTimeTooSkewed'), 'store-answer'],
    ['a web page', page, 'store-answer'],
    ['a web page that refuses', refuse(403, '', { 'content-type': 'text/html' }), 'store-answer'],
    ['no HTTP', noHttp, 'store-answer'],
    ['nothing', alterBody(() => Buffer.alloc(0)), 'store-answer'],
    ['half a list', half, 'store-answer'],
    ['JSON', alterBody(() => Buffer.from('{}')), 'store-answer'],
    ['another document', alterBody(() => Buffer.from('<?xml version="1.0"?><Thing/>')), 'store-answer'],
    ['a list that goes on where it is', withTruncation('same'), 'store-answer'],
    ['a list that goes on nowhere', withTruncation(undefined), 'store-answer'],
  ] as const
).flatMap(([name, deed, ends]) =>
  [0, 2].map((skip) => ({ name: `page ${skip + 1}: ${name}`, match: listModels, skip, deed, ends })),
)
function withTruncation(token: string | undefined): Deed {
  return alterBody((body) => {
    const text = body
      .toString()
      .replace(/<IsTruncated>\w+<\/IsTruncated>/, '<IsTruncated>true</IsTruncated>')
      .replace(/<NextContinuationToken>.*?<\/NextContinuationToken>/, '')
    const told = token === undefined ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`
    return Buffer.from(text.replace('</ListBucketResult>', `${told}</ListBucketResult>`))
  })
}

describeWith(await fetchS3Server(), 'a list of a store that is wrong', () => {
  let server: S3Server
  let proxy: FaultyProxy
  let admin: ObjectStore
  let folder: TempFolder
  let store: ObjectStore
  let catalog: Catalog

  beforeAll(async () => {
    server = await startS3Server()
    proxy = await startFaultyProxy(server.endpoint, { pageKeys: 2 })
    await server.createBucket(publicBucket)
    const { accessKeyId, secretAccessKey } = server
    admin = openTestStore(specAt(server.endpoint, { kind: 'keys', accessKeyId, secretAccessKey }))
    await putSmallVersions(admin, versions, io)
  })
  const specAt = (
    endpoint: string,
    credentials: Extract<StoreSpec, { kind: 's3' }>['credentials'] = { kind: 'anonymous' },
  ): StoreSpec => ({
    kind: 's3',
    bucket: publicBucket,
    root: '',
    endpoint,
    region: 'us-east-1',
    credentials,
    connections: 4,
  })
  afterAll(async () => {
    admin?.close()
    await proxy?.stop()
    await server?.stop()
  })
  const open = (stallMs: number) => {
    const system = createSystemClock()
    const clock = {
      ...system,
      // A pause between two tries is not worth waiting for here.
      sleep: (ms: number, options: { signal: AbortSignal }) => system.sleep(Math.min(ms, 25), options),
    }
    const disk = createNodeDisk()
    store = createStore(specAt(proxy.endpoint), { disk, clock, log: silentLog, stallMs })
    const announcer = { change: () => {}, sample: () => {} }
    catalog = createCatalog({ disk, clock, log: silentLog, announcer, folder: path.join(folder.path, 'catalog') })
  }
  beforeEach(async () => {
    folder = await createTempFolder()
    open(5_000)
    proxy.set()
  })
  afterEach(async () => {
    await catalog.close(5_000)
    store.close()
    await folder.remove()
  })
  const list = async () => {
    const found = await catalog.list(openTestConnection(specAt(proxy.endpoint), store), { ...io, refresh: true })
    return {
      packages: found.packages.map(({ name }) => name),
      unreadable: found.unreadable.map(({ ident, problem }) => `${ident} ${problem}`),
    }
  }
  const whole = { packages: names, unreadable: [] }
  const timeout = 15_000

  test.each([...breaks, ...busy, ...wrong])(
    '$name → $ends',
    { timeout },
    async ({ name, match, deed, ends, ...how }) => {
      if (name.includes('stall')) {
        store.close()
        open(250)
      }
      proxy.set({ match, deed, ...how })
      const found = await list().catch((error: unknown) => error)
      expect(proxy.hits()).toBeGreaterThan(0)
      if (ends === 'whole') expect(found).toEqual(whole)
      else {
        expect(toWire(found).code, JSON.stringify(toWire(found))).toBe(ends)
        expect(Object.values(errorTextOf(found as AppError)).join(' ')).toMatch(/127\.0\.0\.1|public/)
      }
      // Once it is over, all is there again.
      proxy.set()
      expect(await list()).toEqual(whole)
    },
  )

  describe('one version', () => {
    const others = { packages: ['alpha', 'gamma'] }
    const row = (problem: string) => ({ ...others, unreadable: [`beta-1.0.0 ${problem}`] })
    const gone = { ...others, unreadable: [] }
    const otherMeta = makeSmallVersion({ name: 'delta', version: '1.0.0' }).meta
    test.each<readonly [string, Deed, object]>([
      ['may not be read', refuse(403, 'AccessDenied'), row('unreadable-now')],
      ['vanished since it was listed', refuse(404, 'NoSuchKey'), gone],
      ['is a web page', page, row('unreadable-now')],
      ['is at another address', refuse(301, 'PermanentRedirect'), row('unreadable-now')],
      ['is no HTTP', noHttp, row('unreadable-now')],
      ['is empty', alterBody(() => Buffer.alloc(0)), row('meta-invalid')],
      ['is cut short', half, row('meta-invalid')],
      ['is no JSON', alterBody(() => Buffer.from('<html>')), row('meta-invalid')],
      ['is no UTF-8', alterBody(() => Buffer.from([0x7b, 0xff, 0x7d])), row('meta-invalid')],
      ['is of another package', alterBody(() => otherMeta), row('meta-invalid')],
      ['has no etag', alterHeaders(() => ({ etag: undefined })), row('unreadable-now')],
      ['is another than was listed', alterHeaders(() => ({ etag: '"other"' })), whole],
      ['has no date', alterHeaders(() => ({ 'last-modified': 'soon' })), whole],
      ['is where the store breaks', refuse(500, ''), row('unreadable-now')],
      ['is where the network breaks', breakOff('reset', 'middle'), row('unreadable-now')],
    ])('%s', { timeout }, async (_, deed, ends) => {
      proxy.set({ match: metaOf('beta'), deed })
      expect(await list()).toEqual(ends)
      expect(proxy.hits()).toBeGreaterThan(0)
      proxy.set()
      expect(await list()).toEqual(whole)
    })
  })

  describe('a list that lies', () => {
    const inPages = (change: (xml: string) => string) => alterBody((body) => Buffer.from(change(body.toString())))
    const more = (key: string, size = 10) =>
      inPages((xml) =>
        xml.replace(
          '</ListBucketResult>',
          `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"e"</ETag><Size>${size}</Size></Contents></ListBucketResult>`,
        ),
      )
    const size = (file: string, value: string) =>
      inPages((xml) =>
        xml.replace(new RegExp(`(beta-1.0.0/${file}.*?<Size>)\\d+`, 's'), (_, before: string) => before + value),
      )
    const dates = (value: string) => inPages((xml) => xml.replace(/(<LastModified>)[^<]*/g, `$1${value}`))
    test.each<readonly [string, Deed, object]>([
      ['of keys that nobody asked for', more('other/delta-1.0.0/meta.json'), whole],
      ['of a key twice', more('models/beta-1.0.0/meta.json'), whole],
      [
        'of a package that is not there',
        more('models/delta-1.0.0/meta.json'),
        { packages: names, unreadable: ['delta-1.0.0 upload-unfinished'] },
      ],
      [
        'of another size of an archive',
        size('archive.gz', '999'),
        { packages: ['alpha', 'gamma'], unreadable: ['beta-1.0.0 archive-mismatch'] },
      ],
      ['of another size of a meta.json', size('meta.json', '999'), whole],
      ['of dates in the future', dates('2100-01-01T00:00:00.000Z'), whole],
      ['of dates that are none', dates('soon'), whole],
      ['without etags', inPages((xml) => xml.replace(/<ETag>[^<]*/g, '<ETag>')), whole],
    ])('%s', { timeout }, async (_, deed, ends) => {
      proxy.set({ match: listModels, deed })
      expect(await list()).toEqual(ends)
      expect(await list(), 'again, with what is remembered').toEqual(ends)
      proxy.set()
      expect(await list()).toEqual(whole)
    })

    test('in circles ends', { timeout }, async () => {
      let asked = 0
      const deed: Deed = (ask, request) => {
        asked += 1
        return withTruncation(asked % 2 === 0 ? 'even' : 'odd')(ask, request)
      }
      const first: Deed = async (ask, request) => {
        // Tokens that the store never gave would be an error of its own.
        const answer = asked === 0 ? undefined : kept
        if (answer !== undefined) return deed(async () => answer, request)
        kept = await ask()
        return deed(async () => kept ?? (await ask()), request)
      }
      let kept: Awaited<ReturnType<Parameters<Deed>[0]>> | undefined
      proxy.set({ match: listModels, deed: first })
      await expect(list()).rejects.toMatchObject({ code: 'store-answer' })
      expect(asked).toBeLessThan(10)
    })
  })
})
