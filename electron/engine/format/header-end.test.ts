import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ggufText as text, u32, u64, writeGguf } from '../../../testkit/weights-files.ts'
import { findHeaderEnd } from './header-end.ts'

const endOf = (path: string, bytes: Buffer, sizeBytes = bytes.length) =>
  findHeaderEnd({
    path,
    sizeBytes,
    read(offset, length) {
      expect(offset + length).toBeLessThanOrEqual(sizeBytes)
      const piece = Buffer.alloc(length)
      bytes.copy(piece, 0, offset, offset + length)
      return piece
    },
  })
const safetensors = (json: string, said: number | bigint = json.length) =>
  Buffer.concat([u64(said), Buffer.from(json), Buffer.alloc(1000)])

const gguf = ({ alignment = undefined as number | undefined, tensors = 2, version = 3 } = {}) => {
  const bytes = writeGguf({
    version,
    pairs: [
      ['general.name', 8, text('a model')],
      ['tokens', 9, Buffer.concat([u32(8), u64(3), text('a'), text('bc'), text('')])],
      ['scores', 9, Buffer.concat([u32(6), u64(3), Buffer.alloc(12)])],
      ['flag', 7, Buffer.of(1)],
      ...(alignment === undefined ? [] : [['general.alignment', 4, u32(alignment)] as const]),
    ],
    tensors: Array.from({ length: tensors }, (_, index) => ({ name: `tensor.${index}`, type: 0, shape: [4, 8] })),
  })
  return { header: bytes.subarray(0, bytes.length - 4096), bytes }
}

describe('the end of a header', () => {
  test('of safetensors is where the JSON ends', () => {
    expect(endOf('a/model.safetensors', safetensors('{"a":{}}'))).toBe(16)
    expect(endOf('MODEL.SAFETENSORS', safetensors('{"a":{}}  '))).toBe(18)
  })

  test('of GGUF is where the tensors begin', () => {
    const plain = gguf()
    expect(endOf('m.gguf', plain.bytes)).toBe(Math.ceil(plain.header.length / 32) * 32)
    const wide = gguf({ alignment: 256 })
    expect(endOf('m.gguf', wide.bytes)).toBe(Math.ceil(wide.header.length / 256) * 256)
    const many = gguf({ tensors: 3000 })
    expect(endOf('m.gguf', many.bytes)).toBe(Math.ceil(many.header.length / 32) * 32)
  })

  test('is nowhere when it is not said rightly', () => {
    const json = '{"a":{}}'
    for (const said of [0, 1, 2000, 101 * 1024 * 1024, 2n ** 63n, 2n ** 64n - 1n])
      expect(endOf('m.safetensors', safetensors(json, said), 1016), String(said)).toBe(0)
    expect(endOf('m.safetensors', safetensors('["a":{}]'))).toBe(0)
    expect(endOf('m.safetensors', Buffer.of(1, 2, 3))).toBe(0)
    expect(endOf('m.bin', safetensors(json))).toBe(0)
    expect(endOf('m.gguf', gguf({ version: 1 }).bytes)).toBe(0)
    expect(endOf('m.gguf', gguf({ alignment: 0 }).bytes)).toBe(0)
    const { bytes, header } = gguf()
    for (let length = 0; length < header.length; length += 1) expect(endOf('m.gguf', bytes.subarray(0, length))).toBe(0)
    const endless = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(2n ** 60n), u64(2n ** 60n), Buffer.alloc(1000)])
    expect(endOf('m.gguf', endless)).toBe(0)
    const nested = Buffer.concat(Array.from({ length: 50 }, () => Buffer.concat([u32(9), u64(1)])))
    const deep = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(0), u64(1), text('x'), u32(9), nested])
    expect(endOf('m.gguf', deep)).toBe(0)
  })

  test('is inside the file or nowhere, whatever its bytes are', () => {
    const { bytes } = gguf()
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 20 })
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = Buffer.from(bytes)
        for (const [at, value] of changes) damaged[at] = value
        for (const path of ['m.gguf', 'm.safetensors']) {
          const end = endOf(path, damaged)
          expect(end >= 0 && end < damaged.length).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
