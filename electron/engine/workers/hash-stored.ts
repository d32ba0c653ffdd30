import { createHash } from 'node:crypto'
import { storedExtents } from '../format/gzip-member.ts'
import type { Ring } from './ring.ts'

/** The sha256 of what a member holds that is stored as it is, and lies in the ring from `memberStart` on; lower-case hex. */
export function hashStored(ring: Ring, memberStart: number, sizeBytes: number): string {
  const hash = createHash('sha256')
  for (const [start, end] of storedExtents(memberStart, sizeBytes))
    for (const piece of ring.pieces(start, end)) hash.update(piece)
  return hash.digest('hex')
}
