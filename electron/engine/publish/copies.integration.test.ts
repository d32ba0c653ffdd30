import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Manifest, PackageInfo } from '../../../shared/model/package.ts'
import type { Available } from '../../../testkit/available.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { buildPackageFolder, createBytes } from '../../../testkit/package-builder.ts'
import {
  listLeftBehind,
  openTestConnection,
  openTestStore,
  requestFor,
  startPublish,
} from '../../../testkit/publish-rig.ts'
import { fetchRclone, startRcloneServer } from '../../../testkit/rclone-server.ts'
import { fetchS3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { bucketSpec, type S3Store } from '../../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'
import { compareFiles } from './plan-changes.ts'
import { mostSentBytes } from './plan-send.ts'
import { publishKeys } from './publish-keys.ts'

const io = { signal: new AbortController().signal }
const MiB = 1024 * 1024
const fileBytes = 6 * MiB

function describeCopies(
  name: string,
  server: { readonly needed: Available<string>; readonly start: () => Promise<S3Store> },
  copies: boolean,
) {
  const unprotected = copies ? {} : { unprotected: true }
  describeWith(server.needed, `publishing the next version to ${name}`, () => {
    let running: S3Store
    let temp: TempFolder
    let spec: StoreSpec
    let store: ObjectStore
    let source: string
    const bytesOf = new Map<string, Buffer>()

    beforeAll(async () => {
      ;[running, temp] = await Promise.all([server.start(), createTempFolder()])
      spec = bucketSpec(running, await running.createBucket(), { root: 'team/' })
      store = openTestStore(spec)
      source = join(temp.path, 'model')
      const files = Array.from({ length: 20 }, (_, index) => ({ path: `w-${index}.bin`, sizeBytes: fileBytes }))
      for (const { path, bytes } of await buildPackageFolder(source, { files })) bytesOf.set(path, bytes)
    }, 120_000)
    afterAll(async () => {
      store?.close()
      await running?.stop()
      await temp?.remove()
    })

    const change = (path: string, bytes: Buffer) => {
      writeFileSync(join(source, path), bytes)
      bytesOf.set(path, bytes)
    }
    async function readVersion(version: string) {
      const keys = publishKeys({ name: 'digits', version })
      const { bytes } = await store.read(keys.meta, { ...io, maxBytes: 1e9 })
      return { keys, manifest: ingestMeta(bytes, { key: keys.meta, ident: keys.ident }) }
    }
    let runs = 0
    async function publish(
      version: string,
      newest: Manifest | undefined,
      { through = store, place }: { readonly through?: ObjectStore; readonly place?: string } = {},
    ) {
      runs += 1
      const info: PackageInfo = { name: 'digits', version }
      const run = startPublish({
        journalFolder: join(temp.path, `journal-${runs}`),
        request: requestFor(source, info, 'Ada'),
        connection: { ...openTestConnection(spec, through), place: place ?? `${name} ${runs}` },
        deps: { newestVersion: async () => newest },
      })
      const outcome = await run.outcome
      // The pair is one, and unpacks to what is in the folder.
      const { keys, manifest } = await readVersion(version)
      const archive = await store.read(keys.archive, { ...io, maxBytes: 1e9 })
      expect(createHash('md5').update(archive.bytes).digest('hex')).toBe(manifest.archive.md5)
      for (const { path, startOffset, endOffset } of manifest.files)
        expect(bytesOf.get(path)?.equals(gunzipSync(archive.bytes.subarray(startOffset, endOffset))), path).toBe(true)
      expect(await listLeftBehind(store, io)).toEqual([])
      return { outcome, manifest, sentBytes: run.wireBytes() }
    }
    const planned = async (newest: Manifest, changed: ReadonlySet<string>) => {
      const files = newest.files.map(({ path }) => ({ path, sizeBytes: bytesOf.get(path)?.length ?? 0 }))
      const checksums = new Map(
        newest.files.map(({ path, checksum }) => [
          path,
          changed.has(path) ? { ...checksum, hex: '0'.repeat(64) } : checksum,
        ]),
      )
      return mostSentBytes(files, newest, (await compareFiles(files, newest, checksums)).ofFile)
    }

    test('sends what changed, as planned, and the rest where ranges can’t be copied', async () => {
      const first = await publish('1.0.0', undefined)
      expect(first.outcome).toEqual(unprotected)
      change('w-7.bin', createBytes(fileBytes, 700))
      const second = await publish('1.0.1', first.manifest)
      const all = second.manifest.archive.sizeBytes
      if (!copies) return expect(second).toMatchObject({ outcome: unprotected, sentBytes: all })
      expect(second.sentBytes / fileBytes).toBeLessThanOrEqual(1.05)
      expect(second.outcome).toEqual({ reusedBytes: all - second.sentBytes })
      expect(second.sentBytes).toBe(await planned(first.manifest, new Set(['w-7.bin'])))
    }, 120_000)

    // Where nothing is copied there is nothing that could be something else.
    if (!copies) return
    test('sends all of it when what is copied from is something else by now', async () => {
      const { manifest: newest } = await readVersion('1.0.1')
      change('w-3.bin', createBytes(fileBytes, 300))
      const last = publishKeys(newest.ref).archive
      let copied = 0
      const vanishing: ObjectStore = {
        ...store,
        async copyPart(...given) {
          const part = await store.copyPart?.(...given)
          copied += 1
          if (part === undefined) throw new Error('no copies')
          return part
        },
        async head(key, options) {
          const head = await store.head(key, options)
          return key === last ? { ...head, etag: '"another"' } : head
        },
      }
      const { outcome, sentBytes, manifest } = await publish('1.0.2', newest, { through: vanishing })
      expect([copied, outcome, sentBytes]).toEqual([0, {}, manifest.archive.sizeBytes])
    }, 120_000)

    test('a store that was out of reach when it was tried is tried again by the next publish', async () => {
      const place = `${name} again`
      const { manifest: newest } = await readVersion('1.0.2')
      const away: ObjectStore = {
        ...store,
        copyPart: () => Promise.reject(new AppError('store-busy', { endpoint: 'test', status: 503 })),
      }
      change('w-4.bin', createBytes(fileBytes, 400))
      const { manifest, sentBytes } = await publish('1.0.3', newest, { through: away, place })
      expect(sentBytes).toBe(manifest.archive.sizeBytes)
      change('w-4.bin', createBytes(fileBytes, 401))
      expect((await publish('1.0.4', manifest, { place })).sentBytes / fileBytes).toBeLessThanOrEqual(1.05)
    }, 120_000)
  })
}

describeCopies('SeaweedFS', { needed: await fetchS3Server(), start: startS3Server }, true)
describeCopies('rclone serve s3', { needed: await fetchRclone(), start: startRcloneServer }, false)
