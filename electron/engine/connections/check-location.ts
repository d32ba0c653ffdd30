import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import { bucketProblem } from '../../../shared/model/bucket-name.ts'
import { type Location, s3Location } from '../../../shared/model/connection.ts'
import { readCertificates } from '../object-store/trust.ts'
import type { Disk } from '../ports.ts'

/** What an address has to be, as the end of a sentence about one that isn't. */
export const endpointRule =
  'an address is http:// or https:// and the name of the store, without a user name or password in it and without a “?”.'

/** `usage` or `file-unreadable` for a file that holds no certificate authorities. */
export function checkCertificates(file: string, disk: Disk): void {
  if (!path.isAbsolute(file)) {
    throw new AppError('usage', { problem: `A certificate file needs an absolute path, not “${file}”.` })
  }
  readCertificates(file, disk)
}

/** `usage`, or what is wrong with its folder or file, for a location that can't be meant. */
export function checkLocation(location: Location, disk: Disk): void {
  if (location.kind === 's3') {
    if (location.certificateFile !== undefined) checkCertificates(location.certificateFile, disk)
    const wrongBucket = bucketProblem(location.bucket)
    if (wrongBucket !== undefined) throw new AppError('usage', { problem: `The bucket can’t be used: ${wrongBucket}` })
    if (s3Location.shape.endpoint.safeParse(location.endpoint).success) return
    throw new AppError('usage', { problem: `The address can’t be used: ${endpointRule}` })
  }
  if (!path.isAbsolute(location.path)) {
    throw new AppError('usage', { problem: `A folder needs an absolute path, not “${location.path}”.` })
  }
  const kind = disk.facts(location.path)?.kind
  if (kind !== undefined && kind !== 'folder' && kind !== 'symlink') {
    throw new AppError('not-a-folder', { path: location.path })
  }
}

/** `folder-unreadable` for a folder that is there and may not be read. One that is away now may be a share that isn't connected. */
export function checkReadable(location: Location, disk: Disk): void {
  if (location.kind !== 'folder') return
  try {
    if (disk.facts(location.path) !== undefined) disk.entries(location.path)
  } catch (error) {
    if (!isAppError(error, 'folder-unreadable')) throw error
    throw new AppError('folder-unreadable', { path: location.path, use: 'connection' }, error)
  }
}
