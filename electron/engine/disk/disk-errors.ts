import { AppError } from '../../../shared/errors.ts'

/** What was being done, in words for `disk-denied` and `disk-failed`. */
export type DiskAction =
  | 'read file'
  | 'read folder'
  | 'look up'
  | 'create file'
  | 'write file'
  | 'make folder'
  | 'move'
  | 'delete'
  | 'save'
  | 'measure'

/** The errno of a file system error, `UNKNOWN` for anything else. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'UNKNOWN'
}

/** The only interpreter of errno: a file system error as an AppError. */
export function toDiskError(error: unknown, path: string, action: DiskAction): AppError {
  if (error instanceof AppError) return error
  const errno = errnoOf(error)
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('disk-full', { path }, error)
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new AppError('already-exists', { what: path }, error)
    case 'ENAMETOOLONG':
      return new AppError('path-not-allowed', { path, reason: 'The name is too long for this disk.' }, error)
    case 'ELOOP':
      return new AppError('path-not-allowed', { path, reason: 'It is a symbolic link.', isHere: true }, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      if (action === 'read file') return new AppError('file-unreadable', { path }, error)
      if (action === 'read folder') return new AppError('folder-unreadable', { path }, error)
      return new AppError('disk-denied', { path, action }, error)
    case 'ENOENT':
    case 'ENOTDIR':
      if (action === 'read folder') return new AppError('not-a-folder', { path }, error)
      if (action === 'read file') return new AppError('file-unreadable', { path }, error)
      return new AppError('disk-failed', { path, action, errno }, error)
    case 'EISDIR':
      if (action === 'read file') return new AppError('file-unreadable', { path }, error)
      return new AppError('disk-failed', { path, action, errno }, error)
    default:
      return new AppError('disk-failed', { path, action, errno }, error)
  }
}
