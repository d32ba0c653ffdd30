import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSystemClock } from '../../electron/engine/system-clock.ts'
import { startInProcess } from '../../testkit/in-process-worker.ts'
import { createBytes } from '../../testkit/package-builder.ts'
import { openTestConnection, requestFor, startPublish } from '../../testkit/publish-rig.ts'
import type { S3Server } from '../../testkit/s3-server.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'
import { ggufText, u32, u64, writeGguf, writeSafetensors } from '../../testkit/weights-files.ts'
import type { ExamplePackage } from './example-package.ts'
import { examplePackages } from './packages.ts'

export interface FillOptions {
  /** All of them by default. */
  readonly packages?: readonly ExamplePackage[]
  /** Factor on the sizes of files: specs take small ones. */
  readonly scale?: number
}

const csvLines = ['intent,calls,right,among_three', 'cancel_order,412,0.951,0.993', 'change_address,288,0.938,0.989']
const actions = ['cancel', 'change', 'track', 'return', 'repeat', 'complain_about', 'ask_about', 'confirm']
const things = ['order', 'subscription', 'address', 'invoice', 'delivery', 'payment', 'appointment', 'account']
const intentLines = actions.flatMap((action) => things.map((thing) => `${action}_${thing}`))
const textName = /\.(?:json|csv|txt|md)$/

/** Publishes the example packages to a folder store, oldest version first, each by its publisher and at its time. The same bytes each time. */
export async function fillExampleStore(
  folder: string,
  { packages = examplePackages, scale = 1 }: FillOptions = {},
): Promise<void> {
  await using work = await createTempFolder('orbital-example-')
  await mkdir(folder, { recursive: true })
  const connection = openTestConnection({ kind: 'folder', path: folder, root: '' })
  const startedMs = Date.now()
  for (const each of packages) {
    for (const { version, hoursAgo, by, notes } of each.versions.toReversed()) {
      const source = join(work.path, `${each.name}-${version}`)
      await writePackageFolder(source, each, version, notes, scale)
      const { name, title, description, tags, license, compatibility } = each
      const info = { name, version, title, description, tags: [...tags], license, compatibility, notes }
      const clock = { ...createSystemClock(), now: () => startedMs - hoursAgo * 3_600_000 }
      await startPublish({
        journalFolder: join(work.path, 'journals', `${each.name}-${version}`),
        request: requestFor(source, info, by),
        connection,
        deps: { clock, startWorker: startInProcess },
      }).outcome
    }
  }
}

export interface BucketContent {
  /** Names of example packages. */
  readonly names: readonly string[]
  /** So many of the newest versions of each. */
  readonly versions: number
  readonly scale: number
}

/** Publishes example packages to a bucket as somebody else does; `workFolder` takes what that needs. */
export async function fillBucket(
  s3: S3Server,
  bucket: string,
  workFolder: string,
  { names, versions, scale }: BucketContent,
): Promise<void> {
  const engine = await startTestEngine(join(workFolder, 'publisher'), { env: bucketEnvironment(s3, bucket) })
  for (const name of names) {
    const each = examplePackages.find((found) => found.name === name)
    if (each === undefined) throw new Error(`no example ${name}`)
    for (const { version, notes } of each.versions.slice(0, versions).toReversed()) {
      const source = join(workFolder, `${name}-${version}`)
      await writePackageFolder(source, each, version, notes, scale)
      const { state } = await engine.publish(source)
      if (state.kind !== 'done') throw new Error(`${name} ${version} was not published: ${JSON.stringify(state)}`)
    }
  }
  await engine.stop()
}

/** The folder that becomes a version. Files that a version has not changed are the same bytes as before. */
export async function writePackageFolder(
  folder: string,
  each: ExamplePackage,
  version: string,
  notes: string | undefined,
  scale = 1,
): Promise<void> {
  const { name, title, description, tags, license, compatibility, files, readme } = each
  await rm(folder, { recursive: true, force: true })
  const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7)
  const versionSeed = [...version].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7)
  for (const [index, [path, kilobytes]] of files.entries()) {
    const target = join(folder, path)
    await mkdir(join(target, '..'), { recursive: true })
    // Of a new version only the first file is new: the others are found again by an update.
    const fileSeed = seed + index * 7919 + (index === 0 ? versionSeed : 0)
    const sizeBytes = Math.max(64, Math.round(kilobytes * 1000 * scale))
    await writeFile(target, contentOf(path, sizeBytes, fileSeed))
  }
  if (readme !== undefined) await writeFile(join(folder, 'README.md'), readme)
  const recipe = { name, version, title, description, tags, license, compatibility, notes }
  await writeFile(join(folder, 'package.json'), JSON.stringify(recipe, null, 2))
}

function contentOf(path: string, sizeBytes: number, seed: number): string | Uint8Array {
  if (textName.test(path)) return writeText(path, sizeBytes)
  const bytes = createBytes(sizeBytes, seed)
  const start = path.endsWith('.safetensors')
    ? safetensorsStart(sizeBytes)
    : path.endsWith('.gguf')
      ? ggufStart(sizeBytes)
      : Buffer.of()
  if (start.length < sizeBytes) bytes.set(start)
  return bytes
}

const layers = ['attn.k', 'attn.q', 'attn.v', 'mlp.fc1', 'mlp.fc2']

/** The description of weights that fill the file: layers of 128 × n. */
function safetensorsStart(sizeBytes: number): Uint8Array {
  const names = [0, 1, 2, 3].flatMap((block) => layers.map((layer) => `decoder.${block}.${layer}.weight`))
  const columns = Math.floor((sizeBytes - 4096) / names.length / 256)
  if (columns < 1) return Buffer.of()
  const tensors = Object.fromEntries(names.map((name) => [name, { dtype: 'F16', shape: [128, columns] }]))
  const norm = { 'decoder.norm.weight': { dtype: 'F32', shape: [128] } }
  const file = writeSafetensors({ ...tensors, ...norm }, { format: 'pt' })
  return file.subarray(0, 8 + Number(file.readBigUInt64LE(0)))
}

function ggufStart(sizeBytes: number): Uint8Array {
  const rows = Math.floor((sizeBytes - 8192) / layers.length / 144)
  if (rows < 1) return Buffer.of()
  const file = writeGguf({
    pairs: [
      ['general.architecture', 8, ggufText('llama')],
      ['general.name', 8, ggufText('Query rewriter')],
      ['llama.context_length', 4, u32(8192)],
      ['tokenizer.ggml.tokens', 9, Buffer.concat([u32(8), u64(2), ggufText('<s>'), ggufText('</s>')])],
    ],
    tensors: layers.map((layer) => ({ name: `blk.0.${layer}.weight`, type: 12, shape: [256, rows] })),
  })
  return file.subarray(0, file.length - 4096)
}

function writeText(path: string, sizeBytes: number): string {
  if (path.endsWith('.json'))
    return `${JSON.stringify({ format: 1, values: 'x'.repeat(Math.max(0, sizeBytes - 32)) })}\n`
  const lines = path.endsWith('.csv') ? csvLines : intentLines
  let text = ''
  for (let at = 0; text.length < sizeBytes; at += 1) text += `${lines[at % lines.length]}\n`
  return text.slice(0, sizeBytes)
}

/** An entry that no reader can make sense of: a meta.json that is not JSON. One grey row in a listing. */
export async function addUnreadableEntry(folder: string, ident = 'legacy_ocr-1.0.0'): Promise<void> {
  const entry = join(folder, 'models', ident)
  await mkdir(entry, { recursive: true })
  await writeFile(join(entry, 'meta.json'), '<html>Moved</html>')
  await writeFile(join(entry, 'archive.gz'), 'nothing')
  const at = new Date(Date.now() - 23 * 24 * 3_600_000)
  for (const name of ['meta.json', 'archive.gz']) await utimes(join(entry, name), at, at)
}
