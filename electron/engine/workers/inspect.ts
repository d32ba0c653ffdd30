import { AppError, isAppError } from '../../../shared/errors.ts'
import { type FoundSecret, findSecret } from '../format/find-secret.ts'
import { findPickleImports, type PickleImports } from '../format/pickle-imports.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { Disk } from '../ports.ts'
import type { ArchiveToInspect } from './inspect-archive.ts'

/** What is looked for in a file. */
export type Look = 'secret' | 'imports'

export interface FileToInspect extends SourceFile {
  /** Of a file without it is only tried whether it can be read. */
  readonly look?: Look
}

export type InspectJob =
  | { readonly kind: 'files'; readonly files: readonly FileToInspect[] }
  | { readonly kind: 'archive'; readonly archive: ArchiveToInspect }
/** So many files of an archive were looked into. */
export interface FromInspect {
  readonly count: number
}

/** What a person should know of a file before it is published. Nothing of what is in it, save the names that a pickle asks for. */
export interface Inspected {
  readonly secret?: FoundSecret
  /** `unknown`: it has the name of a pickle, and what it asks for can't be told. */
  readonly imports?: PickleImports | 'unknown'
  readonly isUnreadable?: boolean
}

/** How far is looked into a file. Of a checkpoint the pickle is at the start. */
export const mostBytesOf: { readonly [L in Look]: number } = { secret: 4 * 1024 * 1024, imports: 8 * 1024 * 1024 }

/** One answer for each file, in their order; a file that is gone by now has an empty one: who reads it next names it. */
export function inspectFiles(files: readonly FileToInspect[], disk: Disk, throwIfStopped: () => void): Inspected[] {
  return files.map((file) => {
    throwIfStopped()
    return inspectFile(file, disk)
  })
}

function inspectFile({ absolutePath, sizeBytes, look }: FileToInspect, disk: Disk): Inspected {
  try {
    const open = disk.open(absolutePath, 'read')
    try {
      if (look === undefined) return {}
      const bytes = new Uint8Array(Math.min(sizeBytes, mostBytesOf[look]))
      return judge(bytes.subarray(0, open.read(bytes, 0)), look)
    } finally {
      open.close()
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return isAppError(error, 'file-unreadable') && disk.facts(absolutePath) !== undefined ? { isUnreadable: true } : {}
  }
}

/** What the beginning of a file says. */
export function judge(beginning: Uint8Array, look: Look): Inspected {
  if (look === 'imports') return { imports: findPickleImports(beginning) ?? 'unknown' }
  // A NUL says that it is no text.
  const secret = beginning.subarray(0, 8192).includes(0) ? undefined : findSecret(Buffer.from(beginning).toString())
  return secret === undefined ? {} : { secret }
}
