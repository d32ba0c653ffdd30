import { AppError } from '../../../shared/errors.ts'
import { createStore } from '../object-store/create-store.ts'
import type { Disk, Log, LogLevel, PlainCredentials, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type PackedPart, type PackJob, type PackResult, packToParts } from './pack.ts'
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
  | { readonly kind: 'credentials-wanted' }
  /** A request failed and is tried again. */
  | { readonly kind: 'retry'; readonly attempt: number; readonly nextTryAtMs: number }
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly event: string
      readonly fields?: Readonly<Record<string, unknown>>
    }
export interface ToPack {
  readonly kind: 'credentials'
  readonly credentials: PlainCredentials
}

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
    credentials: receiveCredentials(context),
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

/** First those of the spec, then those that the engine sends when asked. */
function receiveCredentials({ data, post, onMessage }: WorkerContext<PackStart, FromPack, ToPack>) {
  let first = data.spec.kind === 's3' ? data.spec.credentials : undefined
  const waiting: ((credentials: PlainCredentials) => void)[] = []
  onMessage(({ credentials }) => {
    for (const give of waiting.splice(0)) give(credentials)
  })
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<PlainCredentials> => {
    if (first !== undefined) {
      const given = first
      first = undefined
      return given
    }
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason ?? new AppError('cancelled', {}))
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      if (waiting.length === 0) post({ kind: 'credentials-wanted' })
      waiting.push((credentials) => {
        signal.removeEventListener('abort', stop)
        resolve(credentials)
      })
    })
  }
}
