import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createFileProver } from './prove-file.ts'

const io = { signal: new AbortController().signal }
const bytes = randomBytes(3_000_000)
const half = 1_500_000
let folder: TempFolder

beforeEach(async () => {
  folder = await createTempFolder()
  mkdirSync(path.join(folder.path, 'data'))
})
afterEach(() => folder.remove())

const target = () => path.join(folder.path, 'data/weights.bin')
function proverOf(content: Uint8Array) {
  const checksum = { algorithm: 'sha256' as const, hex: createHash('sha256').update(content).digest('hex') }
  const file = { index: 0, path: 'data/weights.bin', sizeBytes: content.length, checksum }
  return createFileProver(createNodeDisk(), folder.path, () => file, 'weights-1.0.0')
}

test('what is fed in order is not read again', async () => {
  const prover = proverOf(bytes)
  prover.feed(0, 0, bytes.subarray(0, half))
  prover.feed(0, half, bytes.subarray(half))
  // As large, of other bytes: only who reads it would notice.
  writeFileSync(target(), Buffer.alloc(bytes.length))
  await prover.prove(0, bytes.length, io)
})

test('what is fed out of order, or not at all, is read', async () => {
  const prover = proverOf(bytes)
  prover.feed(0, half, bytes.subarray(half))
  prover.feed(0, 0, bytes.subarray(0, 1000))
  prover.feed(0, half, bytes.subarray(half))
  writeFileSync(target(), bytes)
  await prover.prove(0, half, io)
  await prover.prove(0, bytes.length, io)
})

test('what is forgotten is read', async () => {
  const prover = proverOf(bytes)
  prover.feed(0, 0, bytes.subarray(0, half))
  prover.feed(0, half, Buffer.alloc(1000))
  prover.forget(0, half)
  writeFileSync(target(), bytes)
  await prover.prove(0, bytes.length, io)
})

test('wrong bytes are damage, whichever way they came, and it can be proved anew', async () => {
  const prover = proverOf(bytes)
  const wrong = Buffer.from(bytes)
  wrong[half] = (wrong[half] ?? 0) ^ 1
  writeFileSync(target(), wrong)
  await expect(prover.prove(0, bytes.length, io)).rejects.toMatchObject({ code: 'archive-damaged' })
  prover.feed(0, 0, wrong)
  await expect(prover.prove(0, bytes.length, io)).rejects.toMatchObject({ code: 'archive-damaged' })
  writeFileSync(target(), bytes)
  await prover.prove(0, bytes.length, io)
})

test('a file that is longer than it should be is damage', async () => {
  const prover = proverOf(bytes)
  writeFileSync(target(), Buffer.concat([bytes, Buffer.of(0)]))
  await expect(prover.prove(0, bytes.length, io)).rejects.toMatchObject({ code: 'archive-damaged' })
})
