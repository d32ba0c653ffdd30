/**
 * The ports of the engine: everything that leaves it. Implementations live in object-store/, disk/, connections/ and in whoever
 * creates the engine. Workers build their own from plain specs, since port objects can't cross threads.
 */

export interface Clock {
  /** ms since the epoch */
  now(): number
  /** ms, never falling, for durations */
  monotonic(): number
  /** Rejects with the signal's reason at once when it aborts. */
  sleep(ms: number, options: { readonly signal: AbortSignal }): Promise<void>
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
/** `fields` hold no secret: callers pass ids, keys, sizes and codes only. */
export interface Log {
  write(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void
}

export interface SecretStore {
  /** `plain-file`: in a file in plain text, where the person agreed. `this-run-only`: nothing on this machine protects it, so it is forgotten at exit. */
  readonly kept: 'kept' | 'plain-file' | 'this-run-only'
  get(id: string): Promise<Readonly<Record<string, string>> | undefined>
  /** `agreed`: the person wants it in plain text on the disk. */
  set(id: string, secret: Readonly<Record<string, string>>, options?: { readonly agreed?: boolean }): Promise<void>
  delete(id: string): Promise<void>
}

// ---------------------------------------------------------------- object store

export interface ObjectFacts {
  readonly key: string
  readonly sizeBytes: number
  /** As the store gives it, quotes kept. */
  readonly etag: string
  /** ms since the epoch, by the store's clock */
  readonly modifiedMs: number
}
export interface ObjectHead extends ObjectFacts {
  /** x-amz-meta-*, names lower case without the prefix */
  readonly metadata: Readonly<Record<string, string>>
  /** The store's clock when it answered (its Date), ms since the epoch. */
  readonly storeNowMs: number
}
export interface ObjectBody extends ObjectHead {
  /** What the body is: the range asked for, or (a store that ignores ranges) the whole object from 0. */
  readonly startOffset: number
  /** Chunks as they arrive. Errors thrown while iterating are AppErrors; leaving the loop closes the connection. */
  readonly body: AsyncIterable<Uint8Array>
}
export interface UploadedPart {
  readonly partNumber: number
  readonly etag: string
  readonly sizeBytes: number
}
export interface CopiedRange {
  readonly key: string
  readonly etag: string
  readonly startOffset: number
  readonly endOffset: number
}
export interface OpenUpload {
  readonly key: string
  readonly uploadId: string
  readonly startedMs: number
}
export interface Io {
  readonly signal: AbortSignal
}
/** Of a request for credentials: `renew` when the store has refused the last ones, so that they are fetched anew. */
export interface CredentialsIo extends Io {
  readonly renew?: boolean
}
export type Condition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string }

/** What a retrying store tells of before the pause that precedes another try; a time in ms since the epoch. */
export type OnRetry = (next: { readonly attempt: number; readonly nextTryAtMs: number }) => void

/**
 * A bucket, below a connection's root: keys here are relative to it (`models/…`, `orbital/…`). One call is one request, without
 * retries (with-retry wraps). An aborted signal ends a call at once with AppError `cancelled`; a request that was sent may still take effect.
 * A missing object is `object-not-found` on 404 only; 403 is `access-denied`. A failed condition (412, 409) is `precondition-failed`.
 */
export interface ObjectStore {
  /** Host and port, or folder, for messages. */
  readonly endpoint: string
  /** False for folder stores: metadata given to put and createUpload is not kept, and head answers none. */
  readonly keepsMetadata: boolean
  /** Of a bucket: the one that the store has named, or that it was told; undefined before either. */
  region?(): string | undefined
  head(key: string, io: Io): Promise<ObjectHead>
  /** Whole small objects; `package-too-large` beyond maxBytes. */
  read(key: string, options: Io & { readonly maxBytes: number }): Promise<ObjectHead & { readonly bytes: Uint8Array }>
  /** A body as a stream. `range` is [startOffset, endOffset); a changed object is `object-changed`. */
  open(
    key: string,
    options: Io & {
      readonly range?: { readonly startOffset: number; readonly endOffset: number }
      readonly ifMatch?: string
      readonly onRetry?: OnRetry
      /** A retrying store neither asks again nor goes on with a body that broke off: who reads it does (install's ranges). */
      readonly once?: boolean
    },
  ): Promise<ObjectBody>
  put(
    key: string,
    bytes: Uint8Array,
    options: Io & {
      readonly condition?: Condition
      readonly metadata?: Readonly<Record<string, string>>
      readonly contentType?: string
    },
  ): Promise<{ readonly etag: string; readonly storeNowMs: number }>
  /** Removing what isn't there succeeds. */
  delete(key: string, io: Io): Promise<void>
  /** Pages of objects below a prefix, in the store's order. A retrying store begins anew when it breaks off, so a key can come twice. */
  list(prefix: string, io: Io): AsyncIterable<readonly ObjectFacts[]>
  createUpload(
    key: string,
    options: Io & { readonly metadata?: Readonly<Record<string, string>> },
  ): Promise<{ readonly uploadId: string }>
  /** Part numbers from 1. */
  uploadPart(
    key: string,
    uploadId: string,
    partNumber: number,
    bytes: Uint8Array,
    /** `onSent` may be called with how many of the bytes are on their way; fewer again when the part is tried again. */
    io: Io & {
      readonly onSent?: (sentBytes: number) => void
      readonly onRetry?: OnRetry
      /** Waited for before each piece of the bytes goes out. */
      readonly pace?: (bytes: number) => Promise<void>
      /** Where in the object the part begins, for those who know: a folder then writes it in its place. */
      readonly startOffset?: number
    },
  ): Promise<UploadedPart>
  /**
   * A part from [startOffset, endOffset) of another object, without its bytes passing here; absent where that is no gain. Not tried again.
   * `precondition-failed` when the object has another etag. What the part's etag is made of is the store's secret.
   */
  copyPart?(key: string, uploadId: string, partNumber: number, source: CopiedRange, io: Io): Promise<UploadedPart>
  /** `upload-not-found` when it's completed or aborted. */
  listParts(key: string, uploadId: string, io: Io): Promise<readonly UploadedPart[]>
  listUploads(prefix: string, io: Io): Promise<readonly OpenUpload[]>
  /** Answers what the object is where that is known for sure. 200 with an error body is an error. `upload-not-found`, `precondition-failed`, `upload-refused` (InvalidPart, EntityTooSmall). */
  completeUpload(
    key: string,
    uploadId: string,
    parts: readonly UploadedPart[],
    options: Io & { readonly condition?: Condition },
  ): Promise<ObjectFacts | undefined>
  /** Aborting what isn't there succeeds. */
  abortUpload(key: string, uploadId: string, io: Io): Promise<void>
  /** Frees sockets. */
  close(): void
}

/** Credentials as plain values, for workers. */
export type PlainCredentials =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'keys'
      readonly accessKeyId: string
      readonly secretAccessKey: string
      readonly sessionToken?: string
      readonly expiresAtMs?: number
    }

/** All a thread needs to build a store of its own. */
export type StoreSpec =
  | { readonly kind: 'folder'; readonly path: string; readonly root: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      readonly root: string
      readonly endpoint?: string
      readonly region?: string
      /** How the bucket is named in addresses; where it is missing: by the host at Amazon, by the path elsewhere. */
      readonly addressing?: 'path' | 'host'
      /** What every socket to it goes by. */
      readonly network?: NetworkSpec
      readonly credentials: PlainCredentials
      readonly connections: number
    }

/** How sockets are made, as plain data for any thread. Proxy addresses may hold a password. */
export interface NetworkSpec {
  /** Files of certificates (PEM) that are trusted beside the default and the system's. */
  readonly trustFiles: readonly string[]
  readonly proxies: { readonly http?: string; readonly https?: string; readonly exceptions?: string }
}

/** A connection, opened: its store (retrying), and the spec that workers build theirs from (fresh credentials each time). */
export interface OpenConnection {
  readonly id: string
  readonly name: string
  /** Which bucket or folder it is, for telling whether what was remembered under `id` is of this one. */
  readonly place: string
  readonly store: ObjectStore
  spec(io: CredentialsIo): Promise<StoreSpec>
}

// ---------------------------------------------------------------- disk

export interface VolumeFacts {
  readonly totalBytes: number
  readonly freeBytes: number
}
export interface EntryFacts {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'symlink' | 'special'
}
export interface FileFacts extends EntryFacts {
  readonly sizeBytes: number
  /** Bytes that deleting it frees (blocks × 512), 0 while other hard links keep it. */
  readonly allocatedBytes: number
  readonly modifiedMs: number
  readonly inode: number
  readonly links: number
}
export interface OpenFile {
  /** Of the opened file itself, wherever its name leads by now. */
  facts(): FileFacts
  write(bytes: Uint8Array, offset: number): void
  /** Bytes read, fewer only at the end. */
  read(into: Uint8Array, offset: number): number
  sync(): void
  /** The same without blocking the thread. Wait for it before closing. */
  syncLater(): Promise<void>
  close(): void
}

/**
 * The only writer of local files. Calls are synchronous: they run in workers, or are small (journals, renames). Paths are absolute.
 * Errors are AppErrors: disk-full, disk-denied, disk-failed, file-unreadable, folder-unreadable, not-a-folder, already-exists.
 */
export interface Disk {
  /** lstat; undefined when nothing is there. */
  facts(path: string): FileFacts | undefined
  /** The same without blocking the thread, for a share that may not answer. */
  factsLater(path: string): Promise<FileFacts | undefined>
  /** Names in a folder, unsorted; not-a-folder when it's none. */
  entries(path: string): readonly EntryFacts[]
  /** Whole file; undefined when it isn't there. */
  read(path: string, options?: { readonly maxBytes?: number }): Uint8Array | undefined
  open(path: string, mode: 'read' | 'create' | 'update'): OpenFile
  /** Temporary file beside it, sync, rename, sync folder: the old or the new content, never a part. Mode 0600 with `secret`. */
  replace(path: string, bytes: Uint8Array, options?: { readonly secret?: boolean }): void
  /** Exclusive create with content and sync; `already-exists` otherwise. `synced: false`: made durable later, by `syncTree`. */
  create(path: string, bytes: Uint8Array, options?: { readonly synced?: boolean }): void
  /**
   * A copy of a file that shares its blocks on the volume until one of the two is changed; false, and nothing done, where that can't be. What it
   * holds is known only once it is read. `to` must be free.
   */
  clone(from: string, to: string): boolean
  /** Appends and syncs; `synced: false` leaves that to the system, for what may be lost with the power. */
  append(path: string, bytes: Uint8Array, options?: { readonly synced?: boolean }): void
  makeFolder(path: string): void
  /** Exclusive: already-exists. */
  makeNewFolder(path: string): void
  /**
   * Atomic on one volume; never over an existing folder (already-exists). Retries where a scanner holds files (Windows), which holds up the thread
   * for a minute at most; with `waits: false` it is `busy` after a second.
   */
  rename(from: string, to: string, options?: { readonly waits?: boolean }): void
  /** Hard rename over a file. */
  renameOver(from: string, to: string): void
  /** The same in a tree that may be read-only: a folder that forbids it is opened for that moment, and a file that was there lends its permissions. */
  renameInto(from: string, to: string): void
  /** A file to a name that is free: `already-exists` otherwise, with one winner among all who try (a race is possible only where the file system has no hard links). */
  renameNew(from: string, to: string): void
  /** One file; nothing there is fine. */
  removeFile(path: string): void
  /** A whole tree, symlinks not followed; nothing there is fine. */
  removeTree(path: string): void
  /** Deletes a folder if nothing is in it; false, and nothing done, otherwise. `opens`: the folder that it is in, where that is read-only. */
  removeEmptyFolder(path: string, options?: { readonly opens?: boolean }): boolean
  /** A symbolic link that leads where another does; `to` must be free. */
  copyLink(from: string, to: string): void
  /** Gives a file or folder the permissions and times of another. */
  copyMarks(from: string, to: string): void
  /** Without symbolic links, as far as it is there. */
  realPath(path: string): string
  /** Whether two paths, each as far as it is there, lie on one volume, so that a rename can lead from one to the other. */
  onOneVolume(a: string, b: string): boolean
  syncFolder(path: string): void
  /** All below `root`, about `fileCount` files, is durable afterwards, and so are its folders. */
  syncTree(root: string, fileCount: number, io: Io): Promise<void>
  volume(path: string): VolumeFacts
}
