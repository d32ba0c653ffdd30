import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const u64 = (value: number | bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])

const safetensors = (json: string, said: number | bigint = json.length) =>
  Buffer.concat([u64(said), Buffer.from(json), Buffer.alloc(1000)])

const gguf = ({ alignment = undefined as number | undefined, tensors = 2, version = 3 } = {}) => {
  const pairs = [
    Buffer.concat([text('general.name'), u32(8), text('a model')]),
    Buffer.concat([text('tokens'), u32(9), u32(8), u64(3), text('a'), text('bc'), text('')]),
    Buffer.concat([text('scores'), u32(9), u32(6), u64(3), Buffer.alloc(12)]),
    Buffer.concat([text('flag'), u32(7), Buffer.of(1)]),
    ...(alignment === undefined ? [] : [Buffer.concat([text('general.alignment'), u32(4), u32(alignment)])]),
  ]
  const infos = Array.from({ length: tensors }, (_, index) =>
    Buffer.concat([text(`tensor.${index}`), u32(2), u64(4), u64(8), u32(0), u64(index * 128)]),
  )
  const header = Buffer.concat([Buffer.from('GGUF'), u32(version), u64(tensors), u64(pairs.length), ...pairs, ...infos])
  return { header, bytes: Buffer.concat([header, Buffer.alloc(4096)]) }
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
