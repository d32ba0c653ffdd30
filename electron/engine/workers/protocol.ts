import type { WireError } from '../../../shared/errors.ts'

/** What crosses between the engine and a worker: plain messages, and two shared numbers for workers that never wait. */
/** `start`: to a worker that was started before there was anything to do. */
export type ToWorker =
  | { readonly kind: 'start'; readonly data: unknown }
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'stop' }
export type FromWorker =
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: WireError }

/** `workerData` of every worker. Without `data` it waits for the `start` message. */
export interface WorkerStart {
  readonly data?: unknown
  /** Int32Array: controlIndex. */
  readonly control: SharedArrayBuffer
}
export const controlIndex = { stopped: 0, posted: 1 } as const
export const createControl = (): SharedArrayBuffer => new SharedArrayBuffer(8)
