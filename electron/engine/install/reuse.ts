import path from 'node:path'
import * as z from 'zod'
import type { Checksum, Manifest } from '../../../shared/model/package.ts'
import { inTurns } from '../in-turns.ts'
import type { Disk } from '../ports.ts'

/**
 * What an install takes from this machine instead of fetching it: files and blocks that an installed version has by size and checksum. It is
 * decided once, in the plan, and kept with the request, so that a resumed install means the same pieces. A source is only a hint: what is copied
 * is hashed, and fetched when it is not right.
 */
export const reuse = z.strictObject({
  /** Absolute paths of files. */
  paths: z.array(z.string()),
  /** [file, block or -1 for the whole file, index into paths, offset in that file] */
  pieces: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
})
export type Reuse = Readonly<z.infer<typeof reuse>>

export interface ReuseLookup {
  /** The whole file, or that block of it. */
  find(file: number, block?: number): { readonly path: string; readonly offset: number } | undefined
}

export function lookUpReuse(found: Reuse | undefined): ReuseLookup {
  const pieces = new Map(found?.pieces.map(([file, block, at, offset]) => [`${file} ${block}`, { at, offset }]))
  return {
    find(file, block = -1) {
      const piece = pieces.get(`${file} ${block}`)
      const source = piece === undefined ? undefined : found?.paths[piece.at]
      return piece === undefined || source === undefined ? undefined : { path: source, offset: piece.offset }
    },
  }
}

/** An installed version, of whichever library. */
export interface InstalledSource {
  /** What a person reads: `name 1.0.0`. */
  readonly label: string
  /** Its folder. */
  readonly root: string
  readonly manifest: Manifest
}

/**
 * Which files and blocks of a package the versions have, the first version that has one counting. `from` names those that give something. Of the
 * source files only kind and size are looked at.
 */
export function findReusable(
  disk: Pick<Disk, 'facts'>,
  manifest: Manifest,
  versions: readonly InstalledSource[],
): { readonly reuse: Reuse; readonly from: readonly string[] } {
  if (versions.length === 0) return { reuse: { paths: [], pieces: [] }, from: [] }
  const wanted = wantedBy([manifest])
  const found = new Map<string, { readonly label: string; readonly path: string; readonly offset: number }>()
  for (const { label, root, manifest: has } of versions) {
    for (const file of has.files) {
      const target = path.join(root, ...file.path.split('/'))
      const news = keysOf(file).filter(({ key }) => wanted.has(key) && !found.has(key))
      if (news.length === 0) continue
      const facts = disk.facts(target)
      if (facts?.kind !== 'file' || facts.sizeBytes !== file.sizeBytes) continue
      for (const { key, offset } of news) found.set(key, { label, path: target, offset })
    }
  }
  const paths = new Map<string, number>()
  const pieces: [number, number, number, number][] = []
  const from = new Set<string>()
  const take = (file: number, block: number, key: string): boolean => {
    const source = found.get(key)
    if (source === undefined) return false
    const at = paths.get(source.path) ?? paths.size
    paths.set(source.path, at)
    pieces.push([file, block, at, source.offset])
    from.add(source.label)
    return true
  }
  for (const [index, file] of manifest.files.entries()) {
    // Nothing to take: it is made.
    if (file.sizeBytes === 0 || take(index, -1, keyOf(file.sizeBytes, file.checksum))) continue
    for (const [block, { sizeBytes, sha256: hex }] of (file.blocks ?? []).entries())
      take(index, block, keyOf(sizeBytes, sha256(hex)))
  }
  return { reuse: { paths: [...paths.keys()], pieces }, from: [...from] }
}

/** So many others than those of its name may have a file that a package wants, before any of them is asked. */
const mostOthers = 8

/**
 * Of very many versions those worth asking, for each of these packages: all of its name, then of the others the first few that have something of it.
 * So what many of them have in common, a license, doesn't bring each to each.
 */
export async function indexSources(
  versions: readonly InstalledSource[],
  manifests: readonly Manifest[],
): Promise<(manifest: Manifest) => readonly InstalledSource[]> {
  const wanted = wantedBy(manifests)
  const names = new Set(manifests.map(({ ref }) => ref.name))
  const byName = new Map<string, InstalledSource[]>()
  const byKey = new Map<string, Set<InstalledSource>>()
  await inTurns(versions, (each) => {
    const { ref, files } = each.manifest
    const same = byName.get(ref.name)
    if (same !== undefined) same.push(each)
    else if (names.has(ref.name)) byName.set(ref.name, [each])
    for (const key of files.flatMap(keysOf).map(({ key }) => key)) {
      if (!wanted.has(key)) continue
      const having = byKey.get(key) ?? new Set()
      if (having.size < mostOthers) byKey.set(key, having.add(each))
    }
  })
  return (manifest) => {
    const having = [...wantedBy([manifest])].flatMap((key) => [...(byKey.get(key) ?? [])])
    return [...new Set([...(byName.get(manifest.ref.name) ?? []), ...having])]
  }
}

function wantedBy(manifests: readonly Manifest[]): ReadonlySet<string> {
  const wanted = new Set<string>()
  for (const file of manifests.flatMap(({ files }) => files)) {
    wanted.add(keyOf(file.sizeBytes, file.checksum))
    for (const block of file.blocks ?? []) wanted.add(keyOf(block.sizeBytes, sha256(block.sha256)))
  }
  return wanted
}

const sha256 = (hex: string): Checksum => ({ algorithm: 'sha256', hex })
const keyOf = (sizeBytes: number, { algorithm, hex }: Checksum): string => `${sizeBytes} ${algorithm} ${hex}`

/** A file as a whole, then its blocks. */
function keysOf(file: Manifest['files'][number]): readonly { readonly key: string; readonly offset: number }[] {
  let offset = 0
  const blocks = (file.blocks ?? []).map((block) => {
    const key = keyOf(block.sizeBytes, sha256(block.sha256))
    offset += block.sizeBytes
    return { key, offset: offset - block.sizeBytes }
  })
  return [{ key: keyOf(file.sizeBytes, file.checksum), offset: 0 }, ...blocks]
}
