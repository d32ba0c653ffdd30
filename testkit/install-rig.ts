/** What install and library tests share: packages put into a folder store, a library over real parts, and transfers without a queue. */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { type Catalog, createCatalog } from '../electron/engine/catalog/catalog.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { writeArchive } from '../electron/engine/format/archive-writer.ts'
import { writeMeta } from '../electron/engine/format/write-meta.ts'
import { createInstallRunner, type InstallDeps } from '../electron/engine/install/install.ts'
import type { InstallRequest } from '../electron/engine/install/install-request.ts'
import { createLibrary, type Library } from '../electron/engine/library/library.ts'
import { createLibraryWork } from '../electron/engine/library/library-work.ts'
import { createStore } from '../electron/engine/object-store/create-store.ts'
import type { Clock, Disk, OpenConnection, StoreSpec } from '../electron/engine/ports.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { createJournal, openJournal } from '../electron/engine/transfers/journal.ts'
import type { ManifestFile, PackageInfo, PackageRef } from '../shared/model/package.ts'
import { createRigTask, type RigTask, silentLog } from './rig-task.ts'

export interface PutPackage {
  readonly ref: PackageRef
  readonly files: Readonly<Record<string, Uint8Array>>
  /** As the old tools write it: one gzip member a file, md5, no blocks. */
  readonly old?: boolean
  readonly info?: Partial<PackageInfo>
}
export interface BuiltPackage {
  readonly metaBytes: Uint8Array
  readonly archive: Uint8Array
  readonly files: readonly ManifestFile[]
}

/** The two objects of a package, built from files that are written below `scratch`. */
export function buildPackage(scratch: string, { ref, files, old = false, info = {} }: PutPackage): BuiltPackage {
  const packed = old ? packAsOldTool(files) : packAsOrbital(scratch, files)
  const metaBytes = writeMeta({
    info: { name: ref.name, version: ref.version, ...info },
    files: packed.files,
    archive: { md5: createHash('md5').update(packed.archive).digest('hex'), sizeBytes: packed.archive.length },
    ...(old
      ? {}
      : {
          orbital: {
            transaction: randomUUID(),
            publishedAt: '2026-01-01T00:00:00.000Z',
            publishedBy: 'tests',
            tool: 'tests',
          },
        }),
  })
  return { metaBytes, ...packed }
}

function packAsOrbital(scratch: string, files: Readonly<Record<string, Uint8Array>>) {
  const disk = createNodeDisk()
  const folder = path.join(scratch, randomUUID())
  const sources = Object.entries(files).map(([name, bytes]) => {
    const absolutePath = path.join(folder, name)
    mkdirSync(path.dirname(absolutePath), { recursive: true })
    writeFileSync(absolutePath, bytes)
    const { mtimeMs, ino } = statSync(absolutePath)
    return { path: name, absolutePath, sizeBytes: bytes.length, modifiedMs: mtimeMs, inode: ino }
  })
  const pieces: Buffer[] = []
  const packed = writeArchive({ files: sources, disk, emit: (bytes) => void pieces.push(Buffer.from(bytes)) })
  return { files: packed.files, archive: Buffer.concat(pieces) }
}

function packAsOldTool(files: Readonly<Record<string, Uint8Array>>) {
  const pieces: Buffer[] = []
  let offset = 0
  const packed = Object.entries(files).map(([name, bytes]): ManifestFile => {
    const member = zlib.gzipSync(bytes, { level: 1 })
    const startOffset = offset
    pieces.push(member)
    offset += member.length
    const hex = createHash('md5').update(bytes).digest('hex')
    return { path: name, sizeBytes: bytes.length, startOffset, endOffset: offset, checksum: { algorithm: 'md5', hex } }
  })
  return { files: packed, archive: Buffer.concat(pieces) }
}

/** Puts it into a folder store, over what is there. */
export function putPackage(store: string, put: PutPackage): BuiltPackage {
  const built = buildPackage(path.join(store, '..', 'scratch'), put)
  const folder = path.join(store, 'models', `${put.ref.name}-${put.ref.version}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'archive.gz'), built.archive)
  writeFileSync(path.join(folder, 'meta.json'), built.metaBytes)
  return built
}

export interface InstallRig {
  readonly library: Library
  readonly connection: OpenConnection
  published: Catalog['version']
  /** A new transfer of that request; its journal lies in the library. */
  createTask(request: InstallRequest): RigTask
  /** An earlier transfer, by its id. */
  openTask(id: string): RigTask
  request(ref: PackageRef, more?: Partial<InstallRequest>): Promise<InstallRequest>
  /** Runs it, and takes its journal away when it is done, as the queue does. */
  run(task: RigTask): Promise<Awaited<ReturnType<ReturnType<typeof createInstallRunner>['run']>>>
  discard(task: RigTask): Promise<void>
}

export function createInstallRig(options: {
  readonly libraryPath: string
  readonly spec: StoreSpec
  readonly clock?: Clock
  readonly disk?: Disk
  readonly connections?: number
  /** Of requests that are not of a worker. */
  readonly storeStallMs?: number
  readonly step?: (name: string) => void
  readonly deps?: Partial<InstallDeps>
}): InstallRig {
  const disk = options.disk ?? createNodeDisk()
  const clock = options.clock ?? createSystemClock()
  const step = options.step === undefined ? {} : { step: options.step }
  const library = createLibrary({
    id: 'test',
    path: options.libraryPath,
    disk,
    clock,
    log: silentLog,
    work: createLibraryWork(),
    ...step,
  })
  const stallMs = options.storeStallMs === undefined ? {} : { stallMs: options.storeStallMs }
  const store = createStore(options.spec, { disk, clock, log: silentLog, ...stallMs })
  const connection: OpenConnection = {
    id: 'store',
    name: 'Store',
    place: store.endpoint,
    store,
    spec: async () => options.spec,
  }
  const catalog = createCatalog({
    disk,
    clock,
    log: silentLog,
    announcer: { change: () => {}, sample: () => {} },
    folder: path.join(options.libraryPath, '..', 'catalog'),
  })
  const runner = createInstallRunner({
    disk,
    clock,
    library: () => library,
    connection: async () => connection,
    published: catalog.version,
    connections: () => options.connections ?? 4,
    ...step,
    ...options.deps,
  })
  const journalOf = (id: string) => path.join(library.places.journals, id)

  const taskOf = (id: string, journal: ReturnType<typeof openJournal>): RigTask =>
    createRigTask({ id, request: journal.records[0]?.request, journal, clock, totalBytes: 0 })
  return {
    library,
    connection,
    published: catalog.version,
    createTask(request) {
      const id = randomUUID()
      return taskOf(id, createJournal(disk, journalOf(id), { kind: 'transfer', request }))
    },
    openTask: (id) => taskOf(id, openJournal(disk, journalOf(id))),
    async request(ref, more = {}) {
      const { metaBytes } = await catalog.version(connection, ref, { signal: AbortSignal.timeout(30_000) })
      const metaSha256 = createHash('sha256').update(metaBytes).digest('hex')
      return {
        source: { kind: 'connection', connectionId: 'store' },
        ref,
        libraryId: 'test',
        metaSha256,
        force: false,
        toTrash: [],
        ...more,
      }
    },
    async run(task) {
      const lease = library.leases.take(task.id)
      try {
        const outcome = await runner.run(task)
        disk.removeTree(journalOf(task.id))
        return outcome
      } finally {
        lease?.release()
      }
    },
    async discard(task) {
      await runner.discard(task)
      disk.removeTree(journalOf(task.id))
    },
  }
}

/** Every file below a folder (none when it isn't there) with its bytes, by `/`-path. */
export function readTree(folder: string): Record<string, Buffer> {
  if (!existsSync(folder)) return {}
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name)
        return [path.relative(folder, file).split(path.sep).join('/'), readFileSync(file)]
      }),
  )
}
