/**
 * The one error of the project. A `code` is an API: codes are added, never renamed. Details are typed per code and hold
 * nothing secret; the texts for people stand in shared/text/errors.ts, keyed by code.
 */

/** How an operation that failed so may go on: never, by itself after a while, or once a person did something. */
export type RetryClass = 'never' | 'transient' | 'after-user-action'

export interface FieldProblem {
  /** `name`, `version`, `include`, `compatibility.<app>`, `files`, … */
  readonly field: string
  /** What is wrong, in one plain sentence. */
  readonly problem: string
  /** A value that would be right, when one is known. */
  readonly fix?: string
  /** Of `files`: the file or folder that is meant, as the package would have it. Leaving it out mends it. */
  readonly path?: string
  /** The store’s, not the package’s: a file can be made of it all the same. */
  readonly ofStore?: boolean
}

export interface ErrorDetails {
  // 1 internal, 2 usage
  internal: { readonly what: string }
  usage: { readonly problem: string }
  cancelled: { readonly transferId?: string }
  // what a person hands over
  /** `use` and `name`: of the connection or library whose folder it is. */
  'not-a-folder': { readonly path: string; readonly use?: 'connection' | 'library'; readonly name?: string }
  'folder-empty': { readonly path: string; readonly leftOut: number }
  /** It is, holds or lies in a folder that Orbital itself keeps packages in: a library, or the folder of a connection. */
  'folder-of-packages': {
    readonly path: string
    readonly relation: 'is' | 'holds' | 'inside'
    readonly kind: 'library' | 'connection'
    readonly name: string
  }
  /** `use`: it was to be a connection’s. */
  'folder-unreadable': { readonly path: string; readonly use?: 'connection' }
  'file-unreadable': { readonly path: string }
  'file-changed': { readonly path: string }
  'recipe-invalid': { readonly path: string; readonly problems: readonly FieldProblem[] }
  /** `reason` is a whole sentence; `is` what it is instead, as in `a web page`. */
  'not-a-package-file': { readonly path: string; readonly reason: string; readonly is?: string }
  'package-too-large': { readonly what: string; readonly limit: string }
  // what is not there; `meant`: what is there and really close to it (`closestTo`)
  /** `remedy`: what to do about it, where there is more to do than to check the path. */
  'path-not-found': { readonly path: string; readonly kind: 'file' | 'folder'; readonly remedy?: string }
  /** `newest`: of the package, when it is there and only no version fits. `withdrawn`: it was taken back; `when` is ISO 8601. `meant`: see above. */
  'package-not-found': {
    readonly spec: string
    readonly where: string
    readonly newest?: string
    readonly meant?: string
    readonly withdrawn?: { readonly by?: string; readonly when?: string; readonly why?: string }
  }
  'not-installed': { readonly spec: string; readonly library: string; readonly meant?: string }
  'file-not-found': { readonly spec: string; readonly path: string }
  'connection-not-found': { readonly connectionId: string; readonly meant?: string }
  'connection-changed': { readonly connection: string }
  'library-not-found': { readonly libraryId: string; readonly meant?: string }
  'transfer-not-found': { readonly transferId: string }
  'plan-not-found': { readonly planId: string }
  'trash-entry-not-found': { readonly entryId: string; readonly meant?: string }
  'object-not-found': { readonly key: string }
  'upload-not-found': { readonly key: string }
  'bucket-not-found': { readonly bucket: string }
  // what does not fit
  incompatible: {
    readonly ref: string
    readonly app: string
    readonly appVersion: string
    readonly constraint: string
    /** Further apps that it names and doesn't work with. */
    readonly others?: readonly { readonly app: string; readonly appVersion: string; readonly constraint: string }[]
  }
  'not-stated': { readonly ref: string; readonly app: string }
  'version-published': {
    readonly ref: string
    readonly where: string
    readonly publishedBy?: string
    /** ISO 8601 */
    readonly publishedAt?: string
    readonly reason?: 'published' | 'withdrawn' | 'sealed'
    /** Of a withdrawn one, as whoever withdrew it wrote it. */
    readonly why?: string
  }
  /** `remedy`: what to do about it, where there is more to do than to take another name. */
  'already-exists': { readonly what: string; readonly remedy?: string }
  /** What stands where a package's folder has to be is none, or another's. */
  'place-taken': { readonly path: string; readonly kind: 'symlink' | 'file' | 'folder' }
  /**
   * `moving`: the library is on its way to another folder. `isListed`: `holder` is among the transfers that this Orbital lists. `openIn`: a folder
   * that can't be renamed while programs have files in it open.
   */
  busy: {
    readonly what: string
    readonly holder?: string
    readonly moving?: boolean
    readonly isListed?: boolean
    readonly openIn?: string
  }
  'past-cancel': { readonly ref: string; readonly kind?: string }
  // integrity
  'meta-invalid': { readonly key: string; readonly reason: string }
  'archive-damaged': { readonly ref: string; readonly path?: string; readonly reason: string }
  'archive-mismatch': { readonly ref: string }
  /** `path`: the first of those that are wrong. `wrong` and `right`: how many files are, where all were looked at. */
  'file-damaged': {
    readonly ref: string
    readonly path: string
    readonly isMissing?: boolean
    readonly wrong?: number
    readonly right?: number
  }
  /** Other files are published under an installed version. */
  'content-differs': { readonly ref: string; readonly where: string }
  'object-changed': { readonly key: string }
  'state-damaged': { readonly path: string }
  // access
  'sign-in-missing': {
    readonly connection: string
    /** What was looked for, and where, when a certain profile or file is meant. A whole sentence. */
    readonly reason?: string
    /** The command that signs in, for a shell. */
    readonly command?: string
  }
  'sign-in-wrong': { readonly connection: string }
  /** `command` signs in again, for a shell. */
  'sign-in-expired': { readonly connection: string; readonly command?: string }
  /** `source` begins a sentence: `The credential_process of the profile “work”`; `reason` is a whole one. */
  'sign-in-failed': { readonly connection: string; readonly source: string; readonly reason: string }
  'access-denied': { readonly action: string; readonly what: string }
  'secret-unavailable': { readonly connection: string }
  // disk
  'disk-full': { readonly path: string; readonly neededBytes?: number; readonly freeBytes?: number }
  'disk-denied': { readonly path: string; readonly action: string }
  'disk-failed': { readonly path: string; readonly action: string; readonly errno: string }
  /** `isHere`: of this computer's disk, not of a package. */
  'path-not-allowed': { readonly path: string; readonly reason: string; readonly isHere?: boolean }
  // network and store
  'network-unreachable': { readonly endpoint: string }
  'network-interrupted': { readonly endpoint: string; readonly reason: 'reset' | 'stalled' | 'timeout' | 'short-body' }
  'certificate-refused': { readonly endpoint: string; readonly issuer?: string }
  'store-busy': { readonly endpoint: string; readonly status: number; readonly retryAfterMs?: number }
  'store-answer': { readonly endpoint: string; readonly status: number; readonly what: string }
  'precondition-failed': { readonly key: string }
  'upload-refused': { readonly key: string; readonly reason: string }
}

export type ErrorCode = keyof ErrorDetails

interface CodeFacts {
  /** Exit code of the command line (docs/guide): 1 internal, 2 usage, 3 not found, 4 incompatible, 5 integrity, 6 access, 7 space, 8 network, 9 conflict, 130 cancelled. */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 130
  readonly retry: RetryClass
}

const codeFacts: { readonly [C in ErrorCode]: CodeFacts } = {
  internal: { exit: 1, retry: 'never' },
  usage: { exit: 2, retry: 'never' },
  cancelled: { exit: 130, retry: 'never' },
  'not-a-folder': { exit: 2, retry: 'after-user-action' },
  'folder-empty': { exit: 2, retry: 'after-user-action' },
  'folder-of-packages': { exit: 2, retry: 'after-user-action' },
  'folder-unreadable': { exit: 6, retry: 'after-user-action' },
  'file-unreadable': { exit: 6, retry: 'after-user-action' },
  'file-changed': { exit: 9, retry: 'after-user-action' },
  'recipe-invalid': { exit: 2, retry: 'after-user-action' },
  'not-a-package-file': { exit: 5, retry: 'after-user-action' },
  'package-too-large': { exit: 2, retry: 'after-user-action' },
  'path-not-found': { exit: 3, retry: 'after-user-action' },
  'package-not-found': { exit: 3, retry: 'after-user-action' },
  'not-installed': { exit: 3, retry: 'after-user-action' },
  'file-not-found': { exit: 3, retry: 'after-user-action' },
  'connection-not-found': { exit: 3, retry: 'after-user-action' },
  'connection-changed': { exit: 9, retry: 'after-user-action' },
  'library-not-found': { exit: 3, retry: 'after-user-action' },
  'transfer-not-found': { exit: 3, retry: 'never' },
  'plan-not-found': { exit: 3, retry: 'after-user-action' },
  'trash-entry-not-found': { exit: 3, retry: 'never' },
  'object-not-found': { exit: 3, retry: 'never' },
  'upload-not-found': { exit: 3, retry: 'never' },
  'bucket-not-found': { exit: 3, retry: 'after-user-action' },
  incompatible: { exit: 4, retry: 'after-user-action' },
  'not-stated': { exit: 4, retry: 'after-user-action' },
  'version-published': { exit: 9, retry: 'after-user-action' },
  'already-exists': { exit: 9, retry: 'after-user-action' },
  'place-taken': { exit: 9, retry: 'after-user-action' },
  busy: { exit: 9, retry: 'transient' },
  'past-cancel': { exit: 9, retry: 'after-user-action' },
  'meta-invalid': { exit: 5, retry: 'never' },
  'archive-damaged': { exit: 5, retry: 'after-user-action' },
  'archive-mismatch': { exit: 5, retry: 'after-user-action' },
  'file-damaged': { exit: 5, retry: 'after-user-action' },
  'content-differs': { exit: 5, retry: 'after-user-action' },
  'object-changed': { exit: 5, retry: 'after-user-action' },
  'state-damaged': { exit: 5, retry: 'after-user-action' },
  'sign-in-missing': { exit: 6, retry: 'after-user-action' },
  'sign-in-wrong': { exit: 6, retry: 'after-user-action' },
  'sign-in-expired': { exit: 6, retry: 'after-user-action' },
  'sign-in-failed': { exit: 6, retry: 'after-user-action' },
  'access-denied': { exit: 6, retry: 'after-user-action' },
  'secret-unavailable': { exit: 6, retry: 'after-user-action' },
  'disk-full': { exit: 7, retry: 'after-user-action' },
  'disk-denied': { exit: 6, retry: 'after-user-action' },
  'disk-failed': { exit: 7, retry: 'after-user-action' },
  'path-not-allowed': { exit: 5, retry: 'never' },
  'network-unreachable': { exit: 8, retry: 'transient' },
  'network-interrupted': { exit: 8, retry: 'transient' },
  'certificate-refused': { exit: 8, retry: 'after-user-action' },
  'store-busy': { exit: 8, retry: 'transient' },
  'store-answer': { exit: 8, retry: 'after-user-action' },
  'precondition-failed': { exit: 9, retry: 'never' },
  'upload-refused': { exit: 8, retry: 'never' },
}

/** Every code, for total records and tests. */
export const errorCodes = Object.keys(codeFacts) as readonly ErrorCode[]

export const exitCodeOf = (code: ErrorCode): number => codeFacts[code].exit
export const retryClassOf = (code: ErrorCode): RetryClass => codeFacts[code].retry

/** An error as it crosses processes and threads: plain data, no cause. */
export type WireError = { [C in ErrorCode]: { readonly code: C; readonly details: ErrorDetails[C] } }[ErrorCode]

export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C
  readonly details: ErrorDetails[C]

  /** `cause` is for the log alone; it never reaches a person or another process. */
  constructor(code: C, details: ErrorDetails[C], cause?: unknown) {
    super(`${code} ${JSON.stringify(details)}`, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  get retry(): RetryClass {
    return retryClassOf(this.code)
  }
}

/** True for an AppError of the given code (or of any code when none is given). */
export function isAppError<C extends ErrorCode>(error: unknown, ...codes: readonly C[]): error is AppError<C> {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code as C))
}

/** Anything thrown, as an AppError: foreign errors become `internal` with their class name only (their text may hold secrets). */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const isAbort = error instanceof Error && error.name === 'AbortError'
  if (isAbort) return new AppError('cancelled', {}, error)
  return new AppError('internal', { what: error instanceof Error ? error.name : typeof error }, error)
}

export function toWire(error: unknown): WireError {
  const { code, details } = toAppError(error)
  return { code, details } as WireError
}

export function fromWire(wire: WireError): AppError {
  return new AppError(wire.code, wire.details as never)
}

export function assertNever(value: never): never {
  throw new AppError('internal', { what: `unexpected value ${JSON.stringify(value)}` })
}
