import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBytes } from '../../../testkit/package-builder.ts'
import type { PackedMember } from '../format/archive-writer.ts'
import { createPartCutter, maxUndecidedBytes, type PartOrder } from './part-cutter.ts'
import type { CopySource } from './reusable-members.ts'

const KiB = 1024
const MiB = 1024 * KiB
const partBytes = 16 * MiB

/** A member that is told apart by its seed and length; what is in it is known where it lies. */
interface Piece {
  readonly seed: number
  readonly lengthBytes: number
}
const noise = createBytes(2 * MiB, 5)
/** Whatever the length, any two places of any two pieces differ. */
const bytesAt = ({ seed }: Piece, offset: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at += 8) {
    bytes.writeUInt32LE((noise.readUInt32LE((offset + at) % MiB) ^ (seed * 2654435761)) >>> 0, at)
    bytes.writeUInt32LE((offset + at) >>> 0, at + 4)
  }
  return bytes
}
function layOut(pieces: readonly Piece[]) {
  let endOffset = 0
  const members = pieces.map((piece) => {
    const startOffset = endOffset
    endOffset += piece.lengthBytes
    const sha256 = createHash('sha256').update(`${piece.seed} ${piece.lengthBytes}`).digest('hex')
    return { piece, startOffset, endOffset, sizeBytes: piece.lengthBytes, sha256 }
  })
  const read = (start: number, end: number): Buffer =>
    Buffer.concat(
      members
        .filter((member) => member.startOffset < end && member.endOffset > start)
        .map(({ piece, startOffset, endOffset: memberEnd }) => {
          const from = Math.max(start, startOffset)
          return bytesAt(piece, from - startOffset, Math.min(end, memberEnd) - from)
        }),
    )
  return { members, read, sizeBytes: endOffset }
}
type Layout = ReturnType<typeof layOut>
const sourceMembers = ({ members }: Layout): CopySource['members'] =>
  members.map(({ startOffset, endOffset, sizeBytes, sha256 }) => [startOffset, endOffset, sizeBytes, sha256])

/** Cuts a new archive while holding as little of it as is allowed; checks all that must hold of any cut. */
function cut(next: Layout, before?: Layout): PartOrder[] {
  const orders: PartOrder[] = []
  let written = 0
  const cutter = createPartCutter({
    partBytes,
    copySource: before === undefined ? undefined : { leastRunBytes: 0, members: sourceMembers(before) },
    read(start, end) {
      expect(start).toBeGreaterThanOrEqual(cutter.neededFrom())
      expect(end).toBeLessThanOrEqual(written)
      return next.read(start, end)
    },
    emit: (order) => orders.push(order),
  })
  for (const { piece: _, ...member } of next.members) {
    while (written < member.endOffset) {
      written = Math.min(member.endOffset, written + MiB)
      cutter.written(written)
      expect(written - cutter.neededFrom()).toBeLessThanOrEqual(maxUndecidedBytes + partBytes)
    }
    cutter.member(member satisfies PackedMember)
  }
  cutter.finish(written)
  let at = 0
  for (const [index, order] of orders.entries()) {
    expect(order.start).toBe(at)
    at = order.end
    const length = order.end - order.start
    if (index < orders.length - 1) expect(length).toBeGreaterThanOrEqual(5 * MiB)
    expect(length).toBeLessThanOrEqual(64 * MiB + maxUndecidedBytes)
    if (order.kind === 'send') continue
    const inSource = (offset: number) => offset - order.start + order.sourceStart
    for (const probe of [order.start, Math.floor((order.start + order.end) / 2 / 8) * 8, order.end - 8])
      expect(before?.read(inSource(probe), inSource(probe) + 8)).toEqual(next.read(probe, probe + 8))
    expect(order.samples.length).toBeGreaterThanOrEqual(2)
    expect(order.samples[0]?.offset).toBe(order.sourceStart)
    const last = order.samples.at(-1)
    expect((last?.offset ?? 0) + (last?.bytes.length ?? 0)).toBe(inSource(order.end))
    for (const { offset, bytes } of order.samples)
      expect(before?.read(offset, offset + bytes.length).equals(bytes)).toBe(true)
  }
  expect(at).toBe(next.sizeBytes)
  return orders
}
const sentBytes = (orders: readonly PartOrder[]) =>
  orders.reduce((sum, { kind, start, end }) => (kind === 'send' ? sum + end - start : sum), 0)

const twenty = Array.from({ length: 20 }, (_, seed) => ({ seed, lengthBytes: 8 * MiB + 8 * seed }))

describe('cutting an archive into parts', () => {
  test('gives parts of one size where nothing is copied', () => {
    const orders = cut(layOut(twenty))
    expect(orders.slice(0, -1).every(({ kind, start, end }) => kind === 'send' && end - start === partBytes)).toBe(true)
  })

  test('sends only what changed, wherever it lies and whatever its size becomes', () => {
    const before = layOut(twenty)
    for (const place of [0, 1, 7, 18, 19])
      for (const lengthBytes of [5 * MiB, 8 * MiB + 8 * place, 16 * MiB + 8, 37 * MiB]) {
        const next = layOut(twenty.map((piece, index) => (index === place ? { seed: 99, lengthBytes } : piece)))
        expect(sentBytes(cut(next, before)), `${place} ${lengthBytes}`).toBe(lengthBytes)
      }
  })

  test('sends one small part for a small change', () => {
    const next = layOut(twenty.map((piece, index) => (index === 5 ? { seed: 99, lengthBytes: 64 } : piece)))
    expect(sentBytes(cut(next, layOut(twenty)))).toBe(5 * MiB)
  })

  test('sends nothing where nothing changed, and nothing of what went', () => {
    const before = layOut(twenty)
    expect(sentBytes(cut(before, before))).toBe(0)
    expect(sentBytes(cut(layOut(twenty.slice(3)), before))).toBe(0)
    expect(sentBytes(cut(layOut([...twenty.slice(0, 7), ...twenty.slice(8)]), before))).toBe(0)
  })

  test('does not hold back a member that is larger than what may be kept', () => {
    const large = layOut([...twenty.slice(0, 3), { seed: 50, lengthBytes: 300 * MiB }, ...twenty.slice(3, 6)])
    expect(sentBytes(cut(large, large))).toBe(300 * MiB)
  })

  test('holds for any two archives', () => {
    const piece = fc.record({
      seed: fc.integer({ min: 0, max: 6 }),
      lengthBytes: fc.constantFrom(24, 8 * KiB, 1 * MiB, 6 * MiB, 8 * MiB, 11 * MiB, 70 * MiB),
    })
    const pieces = fc.array(piece, { minLength: 1, maxLength: 25 })
    fc.assert(
      fc.property(pieces, pieces, (first, second) => void cut(layOut(second), layOut(first))),
      { numRuns: 60 },
    )
  })
})
