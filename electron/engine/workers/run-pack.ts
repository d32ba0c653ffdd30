import { createStore } from '../object-store/create-store.ts'
import type { Disk, Log, LogLevel, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type PackedPart, type PackJob, type PackResult, packToParts } from './pack.ts'
import { type CredentialsGiven, type CredentialsWanted, receiveCredentials } from './receive-credentials.ts'
import type { WorkerContext } from './serve.ts'

/** What the worker that packs is started with. */
export interface PackStart extends PackJob {
  readonly spec: StoreSpec
  readonly connectionName: string
  readonly key: string
  readonly uploadId: string
}
export type FromPack =
  | { readonly kind: 'part'; readonly part: PackedPart }
  | CredentialsWanted
  /** A request failed and is tried again. */
  | { readonly kind: 'retry'; readonly attempt: number; readonly nextTryAtMs: number }
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly event: string
      readonly fields?: Readonly<Record<string, unknown>>
    }
export type ToPack = CredentialsGiven

/** The worker's function: its own store and disk; credentials that expire are asked for anew. */
export async function runPack(context: WorkerContext<PackStart, FromPack, ToPack>, disk: Disk): Promise<PackResult> {
  const { data, signal, post } = context
  const log: Log = {
    write: (level, event, fields) => post({ kind: 'log', level, event, ...(fields === undefined ? {} : { fields }) }),
  }
  const clock = createSystemClock()
  const store = createStore(data.spec, {
    disk,
    clock,
    log,
    connectionName: data.connectionName,
    credentials: receiveCredentials(data.spec, context),
    onRetry: ({ attempt, nextTryAtMs }) => post({ kind: 'retry', attempt, nextTryAtMs }),
  })
  try {
    return await packToParts(
      data,
      {
        disk,
        throwIfStopped: context.throwIfStopped,
        uploadPart: (partNumber, bytes, io) => store.uploadPart(data.key, data.uploadId, partNumber, bytes, io),
        onPart: (part) => post({ kind: 'part', part }),
      },
      { signal },
    )
  } finally {
    store.close()
  }
}
