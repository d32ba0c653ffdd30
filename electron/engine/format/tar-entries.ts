import { Header, Pax } from 'tar'
import { AppError } from '../../../shared/errors.ts'
import type { OpenFile } from '../ports.ts'

export interface TarEntry {
  readonly path: string
  /** Where its bytes lie in the tar. */
  readonly offset: number
  readonly sizeBytes: number
}

const blockBytes = 512
const maxPaxBytes = 1024 * 1024

/**
 * The entries of a plain tar, by reading headers alone.
 *  1. A header of 512 bytes with a right checksum; two zero blocks (or the end of the file after a whole entry) end it.
 *  2. PAX (`x`, `g`) gives names and sizes of what follows; sizes over 8 GiB are also read as base-256 numbers.
 *  3. An entry must lie wholly within the file; anything but a regular file is refused.
 */
export function listTarEntries(
  open: OpenFile,
  options: { readonly path: string; readonly maxEntries: number },
): readonly TarEntry[] {
  const refuse = (reason: string, is?: string): never => {
    throw new AppError('not-a-package-file', { path: options.path, reason, ...(is === undefined ? {} : { is }) })
  }
  const { sizeBytes: tarBytes } = open.facts()
  if (tarBytes === 0) refuse('It is empty.', 'an empty file (0 B)')
  const entries: TarEntry[] = []
  const block = Buffer.alloc(blockBytes)
  let pax: Pax | undefined
  let globalPax: Pax | undefined
  for (let at = 0; at < tarBytes; ) {
    const length = open.read(block, at)
    if (length !== blockBytes) return refuse('It is cut off.', at === 0 ? kindOf(block.subarray(0, length)) : undefined)
    if (block.every((byte) => byte === 0)) return entries
    const header = readHeader(block, pax, globalPax)
    if (header === undefined || header.cksumValid !== true)
      return at === 0 ? refuse('It is not a tar file.', kindOf(block)) : refuse('A header in it is damaged.')
    const { type, size = 0 } = header
    const offset = at + blockBytes
    if (!Number.isSafeInteger(size) || size < 0 || offset + size > tarBytes) return refuse('It is cut off.')
    if (type === 'ExtendedHeader' || type === 'GlobalExtendedHeader') {
      if (size > maxPaxBytes) return refuse('A header in it is too large.')
      const bytes = Buffer.alloc(size)
      open.read(bytes, offset)
      if (type === 'ExtendedHeader') pax = Pax.parse(bytes.toString('utf8'), undefined, false)
      else globalPax = Pax.parse(bytes.toString('utf8'), globalPax, true)
    } else if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile') {
      entries.push({ path: header.path ?? '', offset, sizeBytes: size })
      pax = undefined
      if (entries.length > options.maxEntries) return entries
    } else return refuse('It holds something else than files.')
    at = offset + Math.ceil(size / blockBytes) * blockBytes
  }
  return entries
}

/** What begins so and is no tar; undefined for what begins as a package does, or nobody knows. */
function kindOf(start: Buffer): string | undefined {
  const text = start.toString('utf8')
  if (['archive.gz\0', 'meta.json\0'].some((name) => text.startsWith(name))) return undefined
  if (text.startsWith('PK')) return 'a ZIP archive'
  if (start[0] === 0x1f && start[1] === 0x8b) return 'a gzip archive'
  if (/^\s*<(!doctype html|html)/i.test(text)) return 'a web page'
  return /(?!\s)\p{Cc}/u.test(text) ? undefined : 'a text file'
}

/** undefined for numbers that no header can hold. */
function readHeader(block: Buffer, pax: Pax | undefined, globalPax: Pax | undefined): Header | undefined {
  try {
    return new Header(block, 0, pax, globalPax)
  } catch {
    return undefined
  }
}

export const eightGiB = 8 * 1024 ** 3

/**
 * Header blocks of a regular file: 512 bytes, or 1,536 with a PAX header before it for sizes that plain tar can't hold. No time, no owner: the
 * same for the same input.
 */
export function tarHeader(path: string, sizeBytes: number, withPax = sizeBytes >= eightGiB): Uint8Array {
  const facts = { path, mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) }
  const block = Buffer.alloc(blockBytes)
  new Header({ ...facts, size: sizeBytes, type: 'File' }).encode(block)
  if (!withPax) return block
  const pax = Buffer.alloc(2 * blockBytes)
  new Pax({ path, size: sizeBytes, mtime: new Date(0) }).encode().copy(pax)
  return Buffer.concat([pax, block])
}

/** Zeros up to the next whole block. */
export const tarPadding = (sizeBytes: number): Uint8Array =>
  Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes)
/** Two zero blocks. */
export const tarEnd = (): Uint8Array => Buffer.alloc(2 * blockBytes)
