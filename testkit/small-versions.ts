import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { ObjectStore } from '../electron/engine/ports.ts'

export interface SmallVersion {
  readonly name: string
  readonly version: string
  /** More fields of meta.json's `package`. */
  readonly more?: Readonly<Record<string, unknown>>
  /** The text of its only file. */
  readonly text?: string
}

/** A published version of one short file, as the old tools write it (without `orbital`). */
export function makeSmallVersion({ name, version, more = {}, text = `${name} ${version}` }: SmallVersion) {
  const file = Buffer.from(text)
  const archive = gzipSync(file)
  const hash = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex')
  const meta = {
    archive: ['archive.gz', hash('md5', archive)],
    manifest: [
      {
        path: ['a.txt'],
        noffset: archive.length,
        size: file.length,
        checksum: ['sha256', hash('sha256', file)],
      },
    ],
    package: { name, version, ...more },
  }
  return { meta: Buffer.from(JSON.stringify(meta, null, 2)), archive }
}

/** Puts versions into a store, archive first, many at a time. */
export async function putSmallVersions(
  store: Pick<ObjectStore, 'put'>,
  versions: Iterable<SmallVersion>,
  { signal, parallel = 16 }: { readonly signal: AbortSignal; readonly parallel?: number },
): Promise<void> {
  const left = versions[Symbol.iterator]()
  const putNext = async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const { meta, archive } = makeSmallVersion(next.value)
      const folder = `models/${next.value.name}-${next.value.version}`
      await store.put(`${folder}/archive.gz`, archive, { signal })
      await store.put(`${folder}/meta.json`, meta, { signal })
    }
  }
  await Promise.all(Array.from({ length: parallel }, putNext))
}

/** The same in a folder that is a store, without waiting for the disk. */
export function writeSmallVersions(folder: string, versions: Iterable<SmallVersion>): void {
  for (const each of versions) {
    const { meta, archive } = makeSmallVersion(each)
    const place = join(folder, 'models', `${each.name}-${each.version}`)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'archive.gz'), archive)
    writeFileSync(join(place, 'meta.json'), meta)
  }
}

/** The same in a library, as an old tool installs them. */
export function writeInstalledVersions(library: string, versions: Iterable<SmallVersion>): void {
  for (const each of versions) {
    const { name, version, text = `${name} ${version}` } = each
    const folder = join(library, `${name}-${version}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'a.txt'), text)
    writeFileSync(join(folder, 'meta.json'), makeSmallVersion(each).meta)
  }
}

export const numberedVersions = (count: number, more: SmallVersion['more'] = {}): SmallVersion[] =>
  Array.from({ length: count }, (_, n) => ({ name: `package_${String(n).padStart(6, '0')}`, version: '1.0.0', more }))

/** Counts what is asked of a store; `asked` are `<call> <key or prefix>`. */
export function countRequests(store: ObjectStore): { readonly store: ObjectStore; readonly asked: string[] } {
  const asked: string[] = []
  const noting =
    <Args extends readonly [string, ...unknown[]], R>(call: string, run: (...args: Args) => R) =>
    (...args: Args): R => {
      asked.push(`${call} ${args[0]}`)
      return run(...args)
    }
  return {
    asked,
    store: {
      ...store,
      head: noting('head', store.head),
      read: noting('read', store.read),
      open: noting('open', store.open),
      put: noting('put', store.put),
      delete: noting('delete', store.delete),
      list: noting('list', store.list),
    },
  }
}
