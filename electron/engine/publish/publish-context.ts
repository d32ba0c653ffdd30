import { createHash } from 'node:crypto'
import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Manifest, PackageRef } from '../../../shared/model/package.ts'
import type { Clock, Disk, Io, ObjectHead, ObjectStore, OpenConnection, UploadedPart } from '../ports.ts'
import type { JournalRecord, TransferTask } from '../transfers/transfer-runner.ts'
import type { PackedPart, PackResult } from '../workers/pack.ts'
import { type StartWorker, startWorker } from '../workers/pool.ts'
import { type PublishKeys, publishKeys } from './publish-keys.ts'
import { type PublishRequest, readPublishRequest, requireSamePlace } from './publish-request.ts'
import { maxSealBytes, readSeal } from './seal.ts'

/** The steps that a test can stop a publisher before and after; see publish.ts for what they are. */
export const publishSteps = [
  'look',
  'create upload',
  'upload parts',
  'probe',
  'seal',
  'read meta after seal',
  'complete',
  'check archive',
  'write meta',
  'judge',
  'clean up',
] as const
export type PublishStep = (typeof publishSteps)[number]
export type StepName = `${'before' | 'after'} ${PublishStep}`

export interface PublishTiming {
  /** How long the archive of a vanished upload may still appear before its seal is dead. */
  readonly deadSealAfterMs: number
  /** When the pair is read again where conditions are ignored. */
  readonly unprotectedRereadMs: number
}

export interface PublishDeps {
  readonly disk: Disk
  readonly clock: Clock
  /** Whoever gives it closes it. */
  openConnection(connectionId: string, io: Io): Promise<OpenConnection>
  /** False once the connection of the request was removed, or leads to another place. */
  isThere(request: PublishRequest): boolean
  /** Name and version of this program, for `orbital.tool`. */
  readonly tool: string
  /** Parts in flight at once. */
  partsInFlight(): number
  /** The newest published version, whose archive may hold much of the next one. */
  newestVersion?(connection: OpenConnection, name: string, io: Io): Promise<Manifest | undefined>
  readonly timing?: Partial<PublishTiming>
  /** Without a byte for this long it is told to stand still; lines.ts where it is missing. */
  readonly quietMs?: number
  /** How threads are started; pool.ts where it is missing. */
  readonly startWorker?: StartWorker
  /** Called before and after each step, and waited for. */
  readonly step?: (name: StepName) => void | Promise<void>
}

/** meta.json as it stands in the bucket. */
export interface VisibleMeta {
  readonly bytes: Uint8Array
  /** By the store's clock; stands in for the time of publishing where an old tool published. */
  readonly modifiedMs: number
}

export interface OwnUpload {
  readonly transaction: string
  readonly uploadId: string
  readonly partBytes: number
}

/** One run of one publish: what every step needs, and what the journal says of earlier runs. */
export interface PublishContext {
  readonly task: TransferTask
  readonly request: PublishRequest
  readonly ref: PackageRef
  readonly keys: PublishKeys
  readonly connection: OpenConnection
  readonly store: ObjectStore
  readonly disk: Disk
  readonly clock: Clock
  readonly io: Io
  readonly tool: string
  readonly timing: PublishTiming
  readonly partsInFlight: number
  readonly quietMs: number | undefined
  newestVersion(): Promise<Manifest | undefined>
  readonly startWorker: StartWorker
  /** What this run packed; its checksums spare hashing the source again. */
  packed?: PackResult
  /** Whether the store heeds `If-None-Match`: `unknown` until it was tried. */
  conditions: 'unknown' | 'heeded' | 'ignored'
  /** MD5s of archives that were read or made here, by what the store says of them. */
  readonly archiveMd5s: Map<string, string>
  step<T>(name: PublishStep, act: () => Promise<T>): Promise<T>
  /** The upload in the journal that nobody is known to have ended. */
  ownUpload(): OwnUpload | undefined
  /** Its parts by number, as the store took them. */
  readonly ownParts: ReadonlyMap<number, PackedPart>
  /** Of those, the ones that the store still has as they were sent. */
  keepParts(atStore: readonly UploadedPart[]): void
  /** They are to be sent anew. */
  forgetParts(parts: readonly UploadedPart[]): void
  noteUpload(upload: OwnUpload): void
  notePart(uploadId: string, part: PackedPart): void
  noteSealing(uploadId: string, sealNumber: number): void
  /** A seal of the own upload may have been sent, by this or an earlier run. */
  mayBeSealed(): boolean
  /** The own upload (or the one named, if it is the own one) is gone. */
  forgetUpload(uploadId?: string): void
  isOwnTransaction(transaction: string): boolean
  /** Aborts the own upload unless a seal of it may be on its way; that one is ended by whoever reads meta.json or another's seal. */
  abortUnsealedUpload(): Promise<void>
  /** PUT if nothing is there. `unclear`: it may or may not have been written, by this or an earlier try. */
  tryPut(
    key: string,
    bytes: Uint8Array,
    options?: { readonly contentType?: string; readonly md5?: boolean },
  ): Promise<'written' | 'there' | 'unclear'>
  /** Waits between two tries of the same; `store-busy` after the last. */
  backOff(attempt: number): Promise<void>
}

const defaultTiming: PublishTiming = { deadSealAfterMs: 10 * 60_000, unprotectedRereadMs: 5_000 }
const mostTries = 40
/** The cap of strict ingest. */
const maxMetaBytes = 64 * 1024 * 1024

export async function createPublishContext(deps: PublishDeps, task: TransferTask): Promise<PublishContext> {
  const request = readPublishRequest(task.request)
  const io = { signal: task.signal }
  const connection = await deps.openConnection(request.connectionId, io)
  requireSamePlace(request, connection)
  const { store } = connection
  const ref = { name: request.info.name, version: request.info.version }
  const keys = publishKeys(ref)
  const journal = readPublishJournal(task.journal.records)
  const record = (kind: string, fields: object) => task.journal.append({ kind: `publish.${kind}`, ...fields })

  const context: PublishContext = {
    task,
    request,
    ref,
    keys,
    connection,
    store,
    disk: deps.disk,
    clock: deps.clock,
    io,
    tool: deps.tool,
    timing: { ...defaultTiming, ...deps.timing },
    partsInFlight: task.pace().connections ?? deps.partsInFlight(),
    quietMs: deps.quietMs,
    newestVersion: async () => deps.newestVersion?.(connection, ref.name, io),
    startWorker: deps.startWorker ?? startWorker,
    // A folder has no server that could ignore them.
    conditions: store.keepsMetadata ? 'unknown' : 'heeded',
    archiveMd5s: new Map(),
    async step(name, act) {
      await deps.step?.(`before ${name}`)
      const result = await act()
      await deps.step?.(`after ${name}`)
      return result
    },
    ownUpload: () => journal.upload,
    ownParts: journal.parts,
    keepParts(atStore) {
      const found = new Map(atStore.map((part) => [part.partNumber, part]))
      for (const [number, part] of journal.parts) {
        const there = found.get(number)
        if (there?.etag !== part.etag || there.sizeBytes !== part.sizeBytes) journal.parts.delete(number)
      }
    },
    forgetParts(parts) {
      for (const { partNumber } of parts) journal.parts.delete(partNumber)
    },
    noteUpload(upload) {
      record('upload', upload)
      journal.transactions.add(upload.transaction)
      journal.upload = upload
      journal.parts.clear()
      delete journal.sealNumber
    },
    notePart(uploadId, part) {
      record('part', { uploadId, ...part })
      journal.parts.set(part.partNumber, part)
    },
    noteSealing(uploadId, sealNumber) {
      record('sealing', { uploadId, sealNumber })
      journal.sealNumber = sealNumber
    },
    mayBeSealed: () => journal.sealNumber !== undefined,
    forgetUpload(uploadId = journal.upload?.uploadId) {
      if (journal.upload === undefined || uploadId !== journal.upload.uploadId) return
      record('upload-ended', { uploadId })
      delete journal.upload
      delete journal.sealNumber
      journal.parts.clear()
    },
    isOwnTransaction: (transaction) => journal.transactions.has(transaction),
    async abortUnsealedUpload() {
      const { upload, sealNumber } = journal
      if (upload === undefined) return
      if (sealNumber !== undefined && !(await isDecidedOtherwise(store, keys, upload, sealNumber, io))) return
      await store.abortUpload(keys.archive, upload.uploadId, io)
      context.forgetUpload(upload.uploadId)
    },
    async tryPut(key, bytes, { contentType, md5 = false } = {}) {
      const metadata = md5 ? { md5: createHash('md5').update(bytes).digest('hex') } : undefined
      const options = {
        ...io,
        ...(contentType === undefined ? {} : { contentType }),
        ...(metadata === undefined ? {} : { metadata }),
      }
      try {
        await store.put(
          key,
          bytes,
          context.conditions === 'ignored' ? options : { ...options, condition: { ifNoneMatch: '*' } },
        )
        return 'written'
      } catch (error) {
        if (isAppError(error, 'precondition-failed')) return 'there'
        if (isConditionRefused(error)) context.conditions = 'ignored'
        else if (!isUnclear(error)) throw error
        task.log.write('info', 'publish.unclear-answer', { key, ...toWire(error) })
        return 'unclear'
      }
    },
    async backOff(attempt) {
      if (attempt >= mostTries) throw new AppError('store-busy', { endpoint: store.endpoint, status: 0 })
      const longestMs = Math.min(5_000, 50 * 2 ** attempt)
      await deps.clock.sleep(longestMs * (0.5 + Math.random() / 2), io)
    },
  }
  return context
}

interface PublishJournal {
  readonly transactions: Set<string>
  readonly parts: Map<number, PackedPart>
  upload?: OwnUpload
  /** Set once a seal of the upload may have been sent. */
  sealNumber?: number
}

/** By a publish's records, of the queue's too: somebody may complete it by now. */
export const mayBeSealed = (records: readonly JournalRecord[]): boolean =>
  readPublishJournal(records).sealNumber !== undefined

function readPublishJournal(records: readonly JournalRecord[]): PublishJournal {
  const journal: PublishJournal = { transactions: new Set(), parts: new Map() }
  for (const record of records) {
    if (record.kind === 'publish.upload') {
      const { transaction, uploadId, partBytes } = record as unknown as OwnUpload
      journal.upload = { transaction, uploadId, partBytes }
      journal.transactions.add(transaction)
      journal.parts.clear()
      delete journal.sealNumber
    } else if (record.kind === 'publish.part') {
      const { partNumber, etag, md5, sizeBytes } = record as unknown as PackedPart
      journal.parts.set(partNumber, { partNumber, etag, md5, sizeBytes })
    } else if (record.kind === 'publish.sealing') {
      journal.sealNumber = record.sealNumber as number
    } else if (record.kind === 'publish.upload-ended') {
      delete journal.upload
      delete journal.sealNumber
      journal.parts.clear()
    }
  }
  return journal
}

/** True when meta.json or another's seal is there, so that a seal of this upload decides nothing any more. */
async function isDecidedOtherwise(
  store: ObjectStore,
  keys: PublishKeys,
  upload: OwnUpload,
  sealNumber: number,
  io: Io,
): Promise<boolean> {
  const seal = await readIfThere(store, keys.seal(sealNumber), maxSealBytes, io)
  if (seal !== undefined) return readSeal(seal.bytes, sealNumber, keys).uploadId !== upload.uploadId
  return (await headIfThere(store, keys.meta, io)) !== undefined
}

/** Answers after which the request may have been carried out all the same. */
export const isUnclear = (error: unknown): boolean =>
  isAppError(error, 'network-interrupted', 'network-unreachable', 'store-busy') ||
  (isAppError(error, 'store-answer') && error.details.status !== 501)

/** The store does not know conditions at all, and said so. */
export const isConditionRefused = (error: unknown): boolean =>
  isAppError(error, 'store-answer') && error.details.status === 501

/** Undefined on 404 alone; any other failure is one. */
export async function readIfThere(store: ObjectStore, key: string, maxBytes: number, io: Io) {
  try {
    return await store.read(key, { ...io, maxBytes })
  } catch (error) {
    if (isAppError(error, 'object-not-found')) return undefined
    throw error
  }
}

export async function headIfThere(store: ObjectStore, key: string, io: Io): Promise<ObjectHead | undefined> {
  try {
    return await store.head(key, io)
  } catch (error) {
    if (isAppError(error, 'object-not-found')) return undefined
    throw error
  }
}

export const readMeta = (context: PublishContext): Promise<VisibleMeta | undefined> =>
  readIfThere(context.store, context.keys.meta, maxMetaBytes, context.io)
