import { AppError } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'

/** Every key that publishing one version reads or writes. */
export interface PublishKeys {
  readonly ident: string
  readonly meta: string
  readonly archive: string
  readonly withdrawn: string
  /** From 1. */
  seal(number: number): string
}

export function publishKeys(ref: PackageRef): PublishKeys {
  const ident = identOf(ref)
  return {
    ident,
    meta: `models/${ident}/meta.json`,
    archive: `models/${ident}/archive.gz`,
    withdrawn: `orbital/withdrawn/${ident}.json`,
    seal: (number) => `orbital/seals/${ident}/${number}.json`,
  }
}

const mebibyte = 1024 * 1024
const gibibyte = 1024 * mebibyte
const smallestPart = 16 * mebibyte
const largestPart = 64 * mebibyte
const mostParts = 9_900

/** Largest archive that is published. */
export const maxArchiveBytes = 600 * gibibyte

/** Size of an archive's parts, the last one apart: 16 MiB, doubled until at most 9,900 are needed. `package-too-large` over 600 GiB. */
export function choosePartBytes(archiveBytes: number): number {
  if (archiveBytes > maxArchiveBytes) throw new AppError('package-too-large', { what: 'package', limit: '600 GiB' })
  let partBytes = smallestPart
  while (partBytes < largestPart && archiveBytes > partBytes * mostParts) partBytes *= 2
  return partBytes
}

/** As many bytes as the archive of these files can have at most: stored members have 5 bytes a block of 32 KiB, and a header and trailer each. */
export function largestArchiveBytes(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes + 5 * (Math.ceil(sizeBytes / 32_768) + 1) + 4_096, 0)
}
