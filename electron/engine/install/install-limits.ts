import { availableParallelism } from 'node:os'

/** Archive bytes of one ranged GET: what a kill costs at most, for each connection. */
export const segmentBytes = 8 * 1024 * 1024
/** Connections of all installs together. */
export const mostConnections = 16
/** Without a byte for this long a connection is dropped and opened anew. */
export const stallMs = 30_000
/** A second worker only pays where there is something to share. */
export const oneWorkerBytes = 32 * 1024 * 1024
/** Threads that fetch, unpack, hash and write, each by itself. */
export const mostWorkers = (archiveBytes: number): number =>
  archiveBytes <= oneWorkerBytes ? 1 : Math.min(4, availableParallelism())
