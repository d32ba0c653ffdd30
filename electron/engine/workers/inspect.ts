import { AppError, isAppError } from '../../../shared/errors.ts'
import { type FoundSecret, findSecret } from '../format/find-secret.ts'
import { findPickleImports, type PickleImports } from '../format/pickle-imports.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { Disk } from '../ports.ts'

export interface FileToInspect extends SourceFile {
  /** What is looked for in it; of any other it is only tried whether it can be read. */
  readonly look?: 'secret' | 'imports'
}

export interface InspectJob {
  readonly files: readonly FileToInspect[]
}

/** What a person should know of a file before it is published. Nothing of what is in it, save the names that a pickle asks for. */
export interface Inspected {
  readonly secret?: FoundSecret
  /** `unknown`: it has the name of a pickle, and what it asks for can't be told. */
  readonly imports?: PickleImports | 'unknown'
  readonly isUnreadable?: boolean
}

const mostTextBytes = 4 * 1024 * 1024
/** Of a checkpoint the pickle is at the start. */
const mostPickleBytes = 8 * 1024 * 1024

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
      const bytes = new Uint8Array(Math.min(sizeBytes, look === 'secret' ? mostTextBytes : mostPickleBytes))
      const beginning = bytes.subarray(0, open.read(bytes, 0))
      if (look === 'imports') return { imports: findPickleImports(beginning) ?? 'unknown' }
      // A NUL says that it is no text.
      const secret = beginning.subarray(0, 8192).includes(0) ? undefined : findSecret(Buffer.from(beginning).toString())
      return secret === undefined ? {} : { secret }
    } finally {
      open.close()
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return isAppError(error, 'file-unreadable') && disk.facts(absolutePath) !== undefined ? { isUnreadable: true } : {}
  }
}
