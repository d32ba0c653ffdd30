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
import { alterHeaders, skewed } from '../../../testkit/faults.ts'
import { type Deed, type FaultyProxy, type FaultyRequest, startFaultyProxy } from '../../../testkit/faulty-proxy.ts'
import {
  answers,
  breaks,
  breaksOfOneRange,
  type InstallFault,
  lies,
  liesOfOneRange,
  requests,
} from '../../../testkit/install-faults.ts'
import { buildPackage, createInstallRig, type InstallRig, readTree } from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { openTestStore } from '../../../testkit/publish-rig.ts'
import type { RigTask } from '../../../testkit/rig-task.ts'
import { fetchS3Server, publicBucket, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { bucketSpec } from '../../../testkit/s3-store.ts'
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
    spec = bucketSpec(server, await server.createBucket(), { endpoint: proxy.endpoint, connections: 2 })
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
  const run = async (which: typeof small | typeof large, { where, name, deed, skip, times, ends }: InstallFault) => {
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
    const running = rig.run(task).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (ends === 'waits') {
      await Promise.race([proxy.untilHit(), running])
      await Promise.race([task.entered('reconnecting'), running])
      task.abort()
    }
    const error = await running
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
    test.each(breaks)('$where: $name → $ends', { timeout }, (fault) => run(small, fault))
    test.each(breaksOfOneRange)('$where: $name → $ends', { timeout }, (fault) => run(large, fault))
  })
  describe('what a store answers', () => {
    test.each(answers)('$where: $name → $ends', { timeout }, (fault) => run(small, fault))
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
