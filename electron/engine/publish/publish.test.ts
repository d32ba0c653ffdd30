import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { type BuiltFile, buildPackageFolder } from '../../../testkit/package-builder.ts'
import {
  listLeftBehind,
  openTestConnection,
  openTestStore,
  requestFor,
  startPublish,
} from '../../../testkit/publish-rig.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'

const info = { name: 'digits', version: '1.0.0', description: 'Reads digits' }
const metaKey = 'models/digits-1.0.0/meta.json'
const archiveKey = 'models/digits-1.0.0/archive.gz'
const io = { signal: new AbortController().signal }
/** The 10 minutes and 5 seconds of a real store, as long as a test can wait. */
const timing = { deadSealAfterMs: 300, unprotectedRereadMs: 10 }

let temp: TempFolder
let spec: StoreSpec
let store: ObjectStore
let built: BuiltFile[]
let runs = 0

beforeEach(async () => {
  temp = await createTempFolder()
  mkdirSync(join(temp.path, 'bucket'))
  spec = { kind: 'folder', path: join(temp.path, 'bucket'), root: '' }
  store = openTestStore(spec)
  built = await build('model')
})
afterEach(() => temp.remove())

const build = (name: string, seed = 1) =>
  buildPackageFolder(join(temp.path, name), {
    files: [
      { path: 'weights.bin', sizeBytes: 300_000 },
      { path: 'labels/en.txt', sizeBytes: 40_000, content: 'compressible' },
      { path: 'empty.txt', sizeBytes: 0 },
    ],
    seed,
  })

interface Options {
  readonly folder?: string
  readonly by?: string
  readonly journal?: string
  readonly store?: ObjectStore
  readonly discard?: boolean
  readonly step?: (name: string) => void | Promise<void>
}
function publish(options: Options = {}) {
  runs += 1
  const { folder = 'model', by = 'Ada', journal = `journal-${runs}`, step, discard } = options
  return startPublish({
    journalFolder: join(temp.path, journal),
    request: requestFor(join(temp.path, folder), info, by),
    connection: openTestConnection(spec, options.store ?? store),
    deps: { timing, ...(step === undefined ? {} : { step }) },
    ...(discard === undefined ? {} : { discard }),
  })
}

async function readPair() {
  const { bytes } = await store.read(metaKey, { ...io, maxBytes: 1e9 })
  const archive = await store.read(archiveKey, { ...io, maxBytes: 1e9 })
  return { manifest: ingestMeta(bytes, { key: metaKey, archiveBytes: archive.sizeBytes }), archive: archive.bytes }
}

async function expectPair(files: readonly BuiltFile[], by: string) {
  const { manifest, archive } = await readPair()
  expect(manifest.orbital?.publishedBy).toBe(by)
  expect(createHash('md5').update(archive).digest('hex')).toBe(manifest.archive.md5)
  expect(manifest.files.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path).sort())
  for (const { path, startOffset, endOffset } of manifest.files) {
    const expected = files.find((file) => file.path === path)?.bytes
    expect(expected?.equals(gunzipSync(archive.subarray(startOffset, endOffset)))).toBe(true)
  }
  expect(await listLeftBehind(store, io)).toEqual([])
}

describe('publishing', () => {
  test('puts a pair into the bucket that unpacks to the folder, and leaves nothing else', async () => {
    const run = publish()
    expect(await run.outcome).toEqual({})
    await expectPair(built, 'Ada')
    expect(run.phases.map(({ kind }) => kind)).toContain('finishing')
    const { settledBytes, receivedBytes, totalBytes } = run.progress()
    expect([settledBytes, receivedBytes]).toEqual([totalBytes, totalBytes])
  })
})

void AppError
void writeFileSync
