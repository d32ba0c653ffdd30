import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface BuiltFile {
  /** Path below the folder, with forward slashes. */
  readonly path: string
  readonly bytes: Buffer
}

export interface PackagePlan {
  /** Written as `package.json` when given; `include` defaults to every file. */
  readonly manifest?: { readonly name: string; readonly version: string; readonly [field: string]: unknown }
  /** Each file's path and size; the bytes come from the seed. */
  readonly files: readonly {
    readonly path: string
    readonly sizeBytes: number
    readonly content?: 'random' | 'compressible'
  }[]
  /** Same seed, same bytes. */
  readonly seed?: number
}

/** Writes a folder as planned, the same bytes each time for the same seed, and gives its files (without `package.json`). */
export async function buildPackageFolder(folder: string, plan: PackagePlan): Promise<BuiltFile[]> {
  const { manifest, files, seed = 1 } = plan
  await mkdir(folder, { recursive: true })
  const built: BuiltFile[] = []
  for (const [index, { path, sizeBytes, content = 'random' }] of files.entries()) {
    const bytes = createBytes(sizeBytes, seed + index * 7919, content)
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, bytes)
    built.push({ path, bytes })
  }
  if (manifest !== undefined) {
    const include = files.map(({ path }) => path.split('/'))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ include, ...manifest }, null, 2))
  }
  return built
}

/** A plan of `count` files of the same size, spread over folders of up to 100. */
export function planFiles(
  count: number,
  sizeBytes: number,
  content: 'random' | 'compressible' = 'random',
): PackagePlan['files'] {
  return Array.from({ length: count }, (_, index) => ({
    path: `part-${String(Math.floor(index / 100)).padStart(3, '0')}/file-${String(index).padStart(5, '0')}.bin`,
    sizeBytes,
    content,
  }))
}

/** Pseudo-random bytes, or text-like ones that shrink to about a quarter. */
export function createBytes(sizeBytes: number, seed: number, content: 'random' | 'compressible' = 'random'): Buffer {
  const next = createRandom(seed)
  const bytes = Buffer.allocUnsafe(sizeBytes)
  const words = sizeBytes >>> 2
  if (content === 'random') for (let word = 0; word < words; word += 1) bytes.writeInt32LE(next(), word * 4)
  else for (let word = 0; word < words; word += 1) bytes.writeInt32LE((next() & 0x0f) * 0x01010101, word * 4)
  for (let at = words * 4; at < sizeBytes; at += 1) bytes[at] = next() & 0xff
  return bytes
}

/** A seeded generator of 32-bit integers (xorshift32). */
export function createRandom(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state
  }
}
