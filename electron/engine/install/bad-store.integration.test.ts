/**
 * Installs from a store, over a network, that do everything wrong: kind of fault × request × position in it. Each ends with the version installed byte
 * for byte, or with an error that says what is wrong and nothing installed; never with a wrong byte, and never not at all.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AppError, type ErrorCode, toWire } from '../../../shared/errors.ts'
import { errorTextOf } from '../../../shared/text/errors.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import {
  alter,
  alterBody,
  alterHeaders,
  breakOff,
  flip,
  noHttp,
  page,
  positions,
  refuse,
  skewed,
  unheard,
} from '../../../testkit/faults.ts'
import { type Deed, type FaultyProxy, type FaultyRequest, startFaultyProxy } from '../../../testkit/faulty-proxy.ts'
import { buildPackage, createInstallRig, type InstallRig, readTree } from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { openTestStore } from '../../../testkit/publish-rig.ts'
import type { RigTask } from '../../../testkit/rig-task.ts'
import { fetchS3Server, publicBucket, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'

const MiB = 1024 * 1024
const io = { signal: new AbortController().signal }
const small = {
  ref: { name: 'small', version: '1.0.0' },
  files: { 'a.bin': createBytes(60_000, 1), 'b/c.bin': createBytes(30_000, 2), empty: Buffer.alloc(0) },
}
/** Three ranges. */
const large = {
  ref: { name: 'large', version: '1.0.0' },
  files: { 'a.bin': createBytes(4.5 * MiB, 3), 'b.bin': createBytes(4.5 * MiB, 4), 'c.bin': createBytes(4.5 * MiB, 5) },
}

const requests = {
  meta: ({ method, path: key }: FaultyRequest) => method === 'GET' && key.includes('meta.json'),
  head: ({ method, path: key }: FaultyRequest) => method === 'HEAD' && key.includes('archive.gz'),
  range: ({ method, path: key }: FaultyRequest) => method === 'GET' && key.includes('archive.gz'),
}
type Where = keyof typeof requests
/** `waits`: it goes on trying, and says so; whoever stops it has nothing installed. */
type End = 'installed' | 'waits' | ErrorCode
interface Case {
  readonly where: Where
  readonly name: string
  readonly deed: Deed
  readonly ends: End
  /** All such requests where it is missing. */
  readonly times?: number
  /** With the large package: so many pass before. */
  readonly skip?: number
}

// ------------------------------------------------------------------ what a network does

const breaks: Case[] = (['range', 'meta', 'head'] as const).flatMap((where) =>
  (['reset', 'end', 'stall'] as const).flatMap((how) =>
    positions
      .filter((position) => where !== 'head' || position === 'before')
      .map((position) => ({
        where,
        name: `${how}, ${position}`,
        deed: breakOff(how, position),
        times: 1,
        ends: 'installed' as const,
      })),
  ),
)
const breaksOfOneRange: Case[] = [0, 1, 2].flatMap((skip) =>
  (['reset', 'stall'] as const).flatMap((how) =>
    positions.map((position) => ({
      where: 'range' as const,
      name: `${how}, ${position}, range ${skip + 1}`,
      deed: breakOff(how, position),
      times: 1,
      skip,
      ends: 'installed' as const,
    })),
  ),
)
const goneForGood: Case[] = [
  { where: 'range', name: 'reset, unheard', deed: unheard, ends: 'waits' },
  { where: 'range', name: 'reset, first', deed: breakOff('reset', 'first'), ends: 'waits' },
  { where: 'range', name: 'stall, before', deed: breakOff('stall', 'before'), ends: 'waits' },
  { where: 'meta', name: 'reset, unheard', deed: unheard, ends: 'network-interrupted' },
  { where: 'meta', name: 'end, middle', deed: breakOff('end', 'middle'), ends: 'network-interrupted' },
  { where: 'head', name: 'reset, unheard', deed: unheard, ends: 'network-interrupted' },
  { where: 'head', name: 'stall, before', deed: breakOff('stall', 'before'), ends: 'network-interrupted' },
]

// ------------------------------------------------------------------ what a store answers

const busy: Case[] = (['range', 'meta', 'head'] as const).flatMap((where) =>
  (
    [
      [500, ''],
      [503, 'SlowDown'],
      [429, 'TooManyRequests'],
      [408, 'RequestTimeout'],
    ] as const
  ).flatMap(([status, code]) => [
    { where, name: `${status} ${code} once`, deed: refuse(status, code), times: 1, ends: 'installed' as const },
    {
      where,
      name: `${status} ${code} always`,
      deed: refuse(status, code),
      ends: where === 'range' ? ('waits' as const) : ('store-busy' as const),
    },
  ]),
)
const refusals: Case[] = (
  [
    ['403', refuse(403, 'AccessDenied'), 'access-denied', 'access-denied'],
    ['401', refuse(401, 'Unauthorized'), 'sign-in-wrong', 'sign-in-wrong'],
    ['unknown keys', refuse(403, 'InvalidAccessKeyId'), 'sign-in-wrong', 'access-denied'],
    ['wrong signature', refuse(403, 'SignatureDoesNotMatch'), 'sign-in-wrong', 'access-denied'],
    ['ended sign-in', refuse(400, 'ExpiredToken'), 'sign-in-expired', 'store-answer'],
    ['404', refuse(404, 'NoSuchKey'), 'package-not-found', 'package-not-found'],
    ['no bucket', refuse(404, 'NoSuchBucket'), 'bucket-not-found', 'package-not-found'],
    ['301', refuse(301, 'PermanentRedirect'), 'store-answer', 'store-answer'],
    ['307 to nowhere', refuse(307, ''), 'store-answer', 'store-answer'],
    ['501', refuse(501, 'NotImplemented'), 'store-answer', 'store-answer'],
    ['proxy wants a sign-in', refuse(407, ''), 'store-answer', 'store-answer'],
    ['another clock', refuse(403, 'RequestTimeTooSkewed'), 'store-answer', 'access-denied'],
    ['204', refuse(204, ''), 'store-answer', 'store-answer'],
    ['no HTTP', noHttp, 'store-answer', 'store-answer'],
    ['a web page', page, 'store-answer', 'store-answer'],
    ['a web page that refuses', refuse(403, '', { 'content-type': 'text/html' }), 'store-answer', 'store-answer'],
  ] as const
).flatMap(([name, deed, atGet, atHead]): Case[] => [
  { where: 'meta', name, deed, ends: atGet },
  { where: 'head', name, deed, ends: atHead },
  {
    where: 'range',
    name,
    deed,
    ends: atGet === 'package-not-found' ? 'object-not-found' : atGet,
  },
])
const once: Case[] = [
  {
    where: 'meta',
    name: 'another clock, once',
    deed: refuse(403, 'RequestTimeTooSkewed'),
    times: 1,
    ends: 'installed',
  },
  {
    where: 'range',
    name: 'another clock, once',
    deed: refuse(403, 'RequestTimeTooSkewed'),
    times: 1,
    ends: 'installed',
  },
  { where: 'range', name: '412', deed: refuse(412, 'PreconditionFailed'), ends: 'object-changed' },
  { where: 'range', name: '416', deed: refuse(416, 'InvalidRange'), ends: 'object-changed' },
]

// ------------------------------------------------------------------ what a store lies about

const extentOf = (answer: { readonly headers: Readonly<Record<string, string>> }): [number, number, number] => {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers['content-range'] ?? '') ?? []
  return [Number(first), Number(last), Number(total)]
}
const ranges: readonly (readonly [string, Deed, End])[] = [
  ['a range that begins later', withExtent(([first, last, total]) => [first + 1, last + 1, total]), 'store-answer'],
  ['a range that begins earlier', withExtent(([first, last, total]) => [first - 1, last - 1, total]), 'store-answer'],
  ['a shorter range, said', shorter(true), 'store-answer'],
  ['a shorter range, unsaid', shorter(false), 'waits'],
  ['a longer range', withExtent(([first, last, total]) => [first, last + 9, total + 9]), 'store-answer'],
  ['no range told', alterHeaders(() => ({ 'content-range': undefined })), 'store-answer'],
  ['garbage for a range', alterHeaders(() => ({ 'content-range': 'lines 1-2' })), 'store-answer'],
  [
    'a range of an unknown total',
    alterHeaders(({ headers }) => ({ 'content-range': (headers['content-range'] ?? '').replace(/\d+$/, '*') })),
    'store-answer',
  ],
  ['another etag', alterHeaders(() => ({ etag: '"other"' })), 'object-changed'],
  ['a weak etag', alterHeaders(({ headers }) => ({ etag: `W/${headers.etag}` })), 'installed'],
  ['an etag without quotes', alterHeaders(({ headers }) => ({ etag: headers.etag?.replaceAll('"', '') })), 'installed'],
  ['no etag', alterHeaders(() => ({ etag: undefined })), 'store-answer'],
  ['bytes of another object', alterBody((body) => createBytes(body.length, 99)), 'archive-damaged'],
  ['zeros', alterBody((body) => Buffer.alloc(body.length)), 'archive-damaged'],
  ['the first bit wrong', flip('first'), 'archive-damaged'],
  ['a bit in the middle wrong', flip('middle'), 'archive-damaged'],
  ['the last bit wrong', flip('last'), 'archive-damaged'],
]
function withExtent(change: (extent: [number, number, number]) => [number, number, number]): Deed {
  return alterHeaders((answer) => {
    const [first, last, total] = change(extentOf(answer))
    return { 'content-range': `bytes ${Math.max(0, first)}-${last}/${total}` }
  })
}
function shorter(isSaid: boolean): Deed {
  return alter((answer) => {
    const [first, , total] = extentOf(answer)
    const body = answer.body.subarray(0, Math.max(0, answer.body.length - 100))
    const said = {
      'content-length': `${body.length}`,
      'content-range': `bytes ${first}-${first + body.length - 1}/${total}`,
    }
    if (isSaid) return { body, headers: { ...answer.headers, ...said } }
    const { 'content-length': _, ...headers } = answer.headers
    return { body, headers }
  })
}
const lies: Case[] = ranges.flatMap(([name, deed, ends]) => [
  { where: 'range', name: `${name}, always`, deed, ends },
  { where: 'range', name: `${name}, once`, deed, times: 1, ends: 'installed' },
])
const liesOfOneRange: Case[] = [2].flatMap((skip) =>
  ranges.map(([name, deed, ends]) => ({
    where: 'range' as const,
    name: `${name}, range ${skip + 1} and later`,
    deed,
    skip,
    ends,
  })),
)

describeWith(await fetchS3Server(), 'an install from a store that is wrong', () => {
  let server: S3Server
  let proxy: FaultyProxy
  let store: ObjectStore
  let spec: StoreSpec
  let folder: TempFolder
  let libraryPath: string
  let rig: InstallRig
  const built = new Map<string, { readonly archive: Uint8Array; readonly metaBytes: Uint8Array }>()

  beforeAll(async () => {
    server = await startS3Server()
    proxy = await startFaultyProxy(server.endpoint)
    const { accessKeyId, secretAccessKey, region } = server
    spec = {
      kind: 's3',
      bucket: await server.createBucket(),
      root: '',
      endpoint: proxy.endpoint,
      region,
      credentials: { kind: 'keys', accessKeyId, secretAccessKey },
      connections: 2,
    }
    await server.createBucket(publicBucket)
    store = openTestStore({ ...spec, endpoint: server.endpoint })
    await using scratch = await createTempFolder()
    for (const each of [small, large]) {
      built.set(each.ref.name, buildPackage(scratch.path, each))
      await put(each.ref.name)
    }
  })
  const put = async (name: string, change: { archive?: Uint8Array; meta?: Uint8Array } = {}) => {
    const { archive = Buffer.alloc(0), metaBytes = Buffer.alloc(0) } = built.get(name) ?? {}
    await store.put(`models/${name}-1.0.0/archive.gz`, change.archive ?? archive, io)
    await store.put(`models/${name}-1.0.0/meta.json`, change.meta ?? metaBytes, io)
  }
  afterAll(async () => {
    store?.close()
    await proxy?.stop()
    await server?.stop()
  })
  beforeEach(async () => {
    folder = await createTempFolder()
    libraryPath = path.join(folder.path, 'library')
    rig = openRig()
    proxy.set()
  })
  afterEach(async () => {
    rig.connection.store.close()
    await folder.remove()
  })
  const openRig = (more: Partial<Extract<StoreSpec, { kind: 's3' }>> = {}, stallMs = 5_000) => {
    const system = createSystemClock()
    const clock = {
      ...system,
      // A pause between two tries is not worth waiting for here.
      sleep: (ms: number, options: { signal: AbortSignal }) => system.sleep(Math.min(ms, 30), options),
    }
    const deps = { stallMs, quietMs: 100 }
    return createInstallRig({
      libraryPath,
      spec: { ...spec, ...more } as StoreSpec,
      clock,
      connections: 1,
      storeStallMs: stallMs,
      deps,
    })
  }

  const sums = (of: Readonly<Record<string, Uint8Array>>) =>
    Object.fromEntries(Object.entries(of).map(([name, bytes]) => [name, createHash('md5').update(bytes).digest('hex')]))
  const expectInstalled = (which: typeof small | typeof large) => {
    const { 'meta.json': meta, ...found } = readTree(path.join(libraryPath, `${which.ref.name}-1.0.0`))
    expect(sums(found)).toEqual(sums(which.files))
    expect(meta).toEqual(Buffer.from(built.get(which.ref.name)?.metaBytes ?? []))
    expect(rig.library.get(which.ref).verifiedAt).toBeDefined()
    for (const own of ['staging', 'spool', 'journal'])
      expect(readTree(path.join(libraryPath, '.orbital', own)), own).toEqual({})
  }
  /** Nothing is installed, and nothing stays when it is given up. */
  const expectNothing = async (task: RigTask) => {
    expect(rig.library.list()).toEqual([])
    await rig.discard(rig.openTask(task.id))
    expect(Object.keys(readTree(libraryPath))).toEqual([])
  }
  const expectError = (error: unknown, code: ErrorCode) => {
    expect(toWire(error).code, JSON.stringify(toWire(error))).toBe(code)
    const text = Object.values(errorTextOf(error as AppError)).join(' ')
    // It names the package, the store's address, the bucket or the connection.
    expect(text).toMatch(/small|large|127\.0\.0\.1|bucket-|Store/)
  }
  const run = async (which: typeof small | typeof large, { where, name, deed, skip, times, ends }: Case) => {
    if (name.startsWith('stall')) {
      rig.connection.store.close()
      rig = openRig({}, 250)
    }
    const task = rig.createTask(await rig.request(which.ref))
    proxy.set({
      match: requests[where],
      deed,
      ...(skip === undefined ? {} : { skip }),
      ...(times === undefined ? {} : { times }),
    })
    const running = rig.run(task)
    running.catch(() => {})
    if (ends === 'waits') {
      await Promise.race([proxy.untilHit(), running])
      await Promise.race([task.entered('reconnecting'), running])
      task.abort()
    }
    const error = await running.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(proxy.hits()).toBeGreaterThan(0)
    if (ends === 'installed') {
      expect(error === undefined ? undefined : toWire(error)).toBeUndefined()
      expectInstalled(which)
    } else if (ends === 'waits') {
      expect(toWire(error).code).toBe('cancelled')
      await expectNothing(task)
    } else {
      expectError(error, ends)
      await expectNothing(task)
    }
  }

  const timeout = 15_000
  describe('what a network does', () => {
    test.each([...breaks, ...goneForGood])('$where: $name → $ends', { timeout }, (fault) => run(small, fault))
    test.each(breaksOfOneRange)('$where: $name → $ends', { timeout }, (fault) => run(large, fault))
  })
  describe('what a store answers', () => {
    test.each([...busy, ...refusals, ...once])('$where: $name → $ends', { timeout }, (fault) => run(small, fault))
  })
  describe('what a store lies about', () => {
    test.each(lies)('$where: $name → $ends', { timeout }, (fault) => run(small, fault))
    test.each(liesOfOneRange)('$where: $name → $ends', { timeout }, (fault) => run(large, fault))
  })

  // ---------------------------------------------------------------- what changes on the way

  describe('what changes between plan and install', () => {
    afterEach(() => put('small'))
    const metaOf = (change: (meta: { package: { description?: string; version: string } }) => void) => {
      const meta = JSON.parse(Buffer.from(built.get('small')?.metaBytes ?? []).toString())
      change(meta)
      return Buffer.from(JSON.stringify(meta, null, 2))
    }
    const other = () => createBytes(built.get('small')?.archive.length ?? 0, 7)
    const truncated = () => (built.get('small')?.archive ?? Buffer.alloc(0)).subarray(0, 50_000)
    const vanish = (key: string) => store.delete(`models/small-1.0.0/${key}`, io)
    test.each<readonly [string, () => Promise<unknown>, ErrorCode]>([
      ['the archive is another of the same size', () => put('small', { archive: other() }), 'archive-damaged'],
      ['the archive is cut short', () => put('small', { archive: truncated() }), 'archive-mismatch'],
      ['the archive is gone', () => vanish('archive.gz'), 'package-not-found'],
      ['meta.json is gone', () => vanish('meta.json'), 'package-not-found'],
      [
        'meta.json says something else',
        () => put('small', { meta: metaOf((meta) => Object.assign(meta.package, { description: 'Other' })) }),
        'object-changed',
      ],
      [
        'meta.json is of another version',
        () => put('small', { meta: metaOf((meta) => Object.assign(meta.package, { version: '1.0.1' })) }),
        'meta-invalid',
      ],
      ['meta.json is garbage', () => put('small', { meta: Buffer.from('<html>') }), 'meta-invalid'],
      ['meta.json is empty', () => put('small', { meta: Buffer.alloc(0) }), 'meta-invalid'],
    ])('%s', async (_, change, code) => {
      const task = rig.createTask(await rig.request(small.ref))
      await change()
      expectError(await rig.run(task).catch((error: unknown) => error), code)
      await expectNothing(task)
    })

    test.each<readonly [string, () => Promise<unknown>, ErrorCode]>([
      ['is gone', () => vanish('archive.gz'), 'object-not-found'],
      ['is another', () => put('small', { archive: other() }), 'object-changed'],
    ])('the archive %s once its head was seen', async (_, change, code) => {
      const task = rig.createTask(await rig.request(small.ref))
      const deed: Deed = async (ask) => {
        await change()
        return { kind: 'answer', ...(await ask()) }
      }
      proxy.set({ match: requests.range, deed, times: 1 })
      expectError(await rig.run(task).catch((error: unknown) => error), code)
      await expectNothing(task)
    })
  })

  describe('whole installs', () => {
    const all = () => true
    const objects = ({ path: key }: FaultyRequest) => key.includes('small-1.0.0')
    const whole: Deed = async (ask) => {
      const answer = await ask()
      const body = Buffer.from(built.get('small')?.archive ?? [])
      const { 'content-range': _, ...headers } = answer.headers
      return { kind: 'answer', status: 200, body, headers: { ...headers, 'content-length': `${body.length}` } }
    }
    const dated = (when: string) => alterHeaders(() => ({ 'last-modified': when }))
    test.each<readonly [string, (request: FaultyRequest) => boolean, Deed]>([
      ['a store that ignores ranges', requests.range, whole],
      [
        'etags that are weak, all of them',
        objects,
        alterHeaders(({ headers: { etag } }) => ({ etag: etag && `W/${etag}` })),
      ],
      ['etags without quotes', objects, alterHeaders(({ headers: { etag } }) => ({ etag: etag?.replaceAll('"', '') }))],
      ['objects of the year 2100', objects, dated('Fri, 01 Jan 2100 00:00:00 GMT')],
      ['objects of no date', objects, dated('yesterday')],
      ['objects without a date', objects, alterHeaders(() => ({ 'last-modified': undefined, date: undefined }))],
      ['a store that closes after each answer', all, alterHeaders(() => ({ connection: 'close' }))],
    ])('%s', async (_, match, deed) => {
      proxy.set({ match, deed })
      await rig.run(rig.createTask(await rig.request(small.ref)))
      expect(proxy.hits()).toBeGreaterThan(0)
      expectInstalled(small)
    })

    test('a store that gives no etags is named', async () => {
      proxy.set({ match: objects, deed: alterHeaders(() => ({ etag: undefined })) })
      expectError(await rig.request(small.ref).catch((error: unknown) => error), 'store-answer')
    })

    test.each([3_600_000, -3_600_000])('clocks %d ms apart: signed anew by the store’s', async (aheadMs) => {
      const open = openTestStore({ ...spec, bucket: publicBucket, endpoint: server.endpoint } as StoreSpec)
      const { archive = Buffer.alloc(0), metaBytes = Buffer.alloc(0) } = built.get('small') ?? {}
      await open.put('models/small-1.0.0/archive.gz', archive, io)
      await open.put('models/small-1.0.0/meta.json', metaBytes, io)
      open.close()
      rig.connection.store.close()
      rig = openRig({ bucket: publicBucket })
      proxy.set({ match: all, deed: skewed(aheadMs) })
      await rig.run(rig.createTask(await rig.request(small.ref)))
      expectInstalled(small)
      // Without a sign-in nobody looks at clocks.
      await rig.library.remove(small.ref)
      rig.connection.store.close()
      rig = openRig({ bucket: publicBucket, credentials: { kind: 'anonymous' } })
      await rig.run(rig.createTask(await rig.request(small.ref)))
      expectInstalled(small)
    })

    test('a sign-in that has ended by the clock of this computer is the store’s to judge', async () => {
      const { accessKeyId, secretAccessKey } = server
      const expiresAtMs = Date.now() - 3_600_000
      rig.connection.store.close()
      rig = openRig({ credentials: { kind: 'keys', accessKeyId, secretAccessKey, expiresAtMs } })
      await rig.run(rig.createTask(await rig.request(small.ref)))
      expectInstalled(small)
    })
  })
})
