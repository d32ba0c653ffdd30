import type { AppError, ErrorCode } from '../../shared/errors.ts'
import { isolate } from '../../shared/text/isolate.ts'
import { type ErrorText, errorTextOf } from './errors.ts'

/** What helps, as one button; pages decide what it does. */
export type ErrorRemedy = 'retry' | 'refresh' | 'free-space' | 'connection' | 'versions' | 'none'

/** Sentences that name things of the command line are said otherwise in the window. */
const inTheWindow: Partial<Record<ErrorCode, Partial<ErrorText>>> = {
  'file-damaged': { todo: 'Repair it: only this file is fetched again.' },
  'secret-unavailable': {
    happened: 'The key of this connection can’t be read on this computer now.',
    todo: 'Enter it again in Settings, or use a profile.',
  },
}

const remedies: { readonly [C in ErrorCode]: ErrorRemedy } = {
  internal: 'retry',
  usage: 'none',
  cancelled: 'none',
  'not-a-folder': 'none',
  'folder-empty': 'none',
  'folder-of-packages': 'none',
  'folder-unreadable': 'retry',
  'file-unreadable': 'retry',
  'file-changed': 'retry',
  'recipe-invalid': 'none',
  'not-a-package-file': 'none',
  'package-too-large': 'none',
  'path-not-found': 'none',
  'package-not-found': 'refresh',
  'not-installed': 'none',
  'file-not-found': 'refresh',
  'connection-not-found': 'connection',
  'connection-changed': 'connection',
  'library-not-found': 'none',
  'transfer-not-found': 'none',
  'plan-not-found': 'retry',
  'trash-entry-not-found': 'none',
  'object-not-found': 'refresh',
  'upload-not-found': 'retry',
  'bucket-not-found': 'connection',
  incompatible: 'none',
  'not-stated': 'none',
  'version-published': 'none',
  'already-exists': 'none',
  'place-taken': 'retry',
  busy: 'retry',
  'past-cancel': 'none',
  'meta-invalid': 'versions',
  'archive-damaged': 'versions',
  'archive-mismatch': 'versions',
  'file-damaged': 'retry',
  'content-differs': 'none',
  'object-changed': 'refresh',
  'state-damaged': 'none',
  'sign-in-missing': 'connection',
  'sign-in-wrong': 'connection',
  'sign-in-expired': 'retry',
  'sign-in-failed': 'retry',
  'access-denied': 'connection',
  'secret-unavailable': 'connection',
  'disk-full': 'free-space',
  'disk-denied': 'retry',
  'disk-failed': 'retry',
  'path-not-allowed': 'none',
  'network-unreachable': 'retry',
  'network-interrupted': 'retry',
  'certificate-refused': 'connection',
  'store-busy': 'retry',
  'store-answer': 'retry',
  'precondition-failed': 'refresh',
  'upload-refused': 'retry',
}

export interface ErrorView extends ErrorText {
  readonly remedy: ErrorRemedy
  /** For whoever supports: code and facts, to copy. Nothing secret is in them. */
  readonly support: string
}

/** The same facts, each text among them ready to stand within a sentence. */
function isolated(facts: unknown): unknown {
  if (typeof facts === 'string') return isolate(facts)
  if (Array.isArray(facts)) return facts.map(isolated)
  if (typeof facts !== 'object' || facts === null) return facts
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, isolated(value)]))
}

/** An error as the window shows it. */
export function viewError(error: AppError): ErrorView {
  const known = error.code in remedies
  const text = known
    ? errorTextOf({ code: error.code, details: isolated(error.details) } as never)
    : {
        happened: 'Something went wrong that this window doesn’t know.',
        safe: 'Nothing was changed.',
        todo: 'Try again.',
      }
  const facts = Object.entries(error.details)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
  return {
    ...text,
    ...inTheWindow[error.code],
    remedy: known ? remedies[error.code] : 'retry',
    support: [error.code, ...facts].join('\n'),
  }
}

/** In three or four words, for the column of a list; the sentences stand beside it. */
const inShort: Partial<Record<ErrorCode, string>> = {
  'access-denied': 'The store doesn’t allow it',
  'archive-damaged': 'Damaged in the store',
  'archive-mismatch': 'Damaged in the store',
  'bucket-not-found': 'The bucket is not there',
  'certificate-refused': 'Its certificate is refused',
  'content-differs': 'Other content is there',
  'disk-denied': 'The disk doesn’t allow it',
  'disk-failed': 'The disk failed',
  'file-changed': 'A file changed meanwhile',
  'file-damaged': 'A file is damaged',
  'meta-invalid': 'Can’t be read',
  'object-changed': 'Changed in the store',
  'package-not-found': 'No longer in the store',
  'version-published': 'The version is taken',
}
export const briefErrorOf = (error: AppError): string => inShort[error.code] ?? shortErrorOf(error)

/** One line for places that have no room for three. */
export const shortErrorOf = (error: AppError): string => viewError(error).happened
