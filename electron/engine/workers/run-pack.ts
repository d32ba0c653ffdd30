import { AppError } from '../../../shared/errors.ts'
import { createStore } from '../object-store/create-store.ts'
import type { CredentialsIo, Disk, Log, LogLevel, PlainCredentials, StoreSpec } from '../ports.ts'
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
  | { readonly kind: 'credentials-wanted'; readonly renew: boolean }
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
  /** Whether they were fetched anew, for those who were refused with the last ones. */
  readonly renew: boolean
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
  let waiting: { readonly renew: boolean; give(credentials: PlainCredentials): void }[] = []
  onMessage(({ credentials, renew }) => {
    const served = waiting.filter((each) => renew || !each.renew)
    waiting = waiting.filter((each) => !served.includes(each))
    for (const { give } of served) give(credentials)
  })
  return async ({ signal, renew = false }: CredentialsIo): Promise<PlainCredentials> => {
    if (first !== undefined && !renew) {
      const given = first
      first = undefined
      return given
    }
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason ?? new AppError('cancelled', {}))
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      if (!waiting.some((each) => each.renew || !renew)) post({ kind: 'credentials-wanted', renew })
      const give = (credentials: PlainCredentials) => {
        signal.removeEventListener('abort', stop)
        resolve(credentials)
      }
      waiting.push({ renew, give })
    })
  }
}
