import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ggufText, u32, u64, writeGguf, writeSafetensors } from '../../../testkit/weights-files.ts'
import { readModelHeader } from './model-header.ts'

const safetensors = writeSafetensors(
  {
    'layer.weight': { dtype: 'F16', shape: [768, 128] },
    'layer.bias': { dtype: 'F32', shape: [128] },
    scale: { dtype: 'F32', shape: [] },
  },
  { format: 'pt' },
)

describe('the description of weights', () => {
  test('in safetensors', () => {
    expect(readModelHeader('a/M.SafeTensors', safetensors.length, safetensors)).toEqual({
      format: 'safetensors',
      headerBytes: safetensors.length - (768 * 128 * 2 + 128 * 4 + 4),
      parameters: 768 * 128 + 128 + 1,
      tensorCount: 3,
      types: ['F16', 'F32'],
      tensors: [
        { name: 'layer.weight', type: 'F16', shape: [768, 128], sizeBytes: 768 * 128 * 2 },
        { name: 'layer.bias', type: 'F32', shape: [128], sizeBytes: 512 },
        { name: 'scale', type: 'F32', shape: [], sizeBytes: 4 },
      ],
      notes: [{ key: 'format', value: 'pt' }],
    })
  })

  test('in GGUF', () => {
    const bytes = writeGguf({
      pairs: [
        ['general.architecture', 8, ggufText('llama')],
        ['llama.block_count', 4, u32(32)],
        ['tokenizer.tokens', 9, Buffer.concat([u32(8), u64(2), ggufText('a'), ggufText('b')])],
        ['flag', 7, Buffer.of(1)],
      ],
      tensors: [
        { name: 'blk.0.weight', type: 12, shape: [256, 4] },
        { name: 'norm', type: 0, shape: [8] },
      ],
    })
    expect(readModelHeader('m.gguf', bytes.length, bytes)).toMatchObject({
      format: 'GGUF',
      parameters: 1032,
      tensorCount: 2,
      types: ['Q4_K', 'F32'],
      tensors: [
        { name: 'blk.0.weight', type: 'Q4_K', shape: [256, 4], sizeBytes: 576 },
        { name: 'norm', type: 'F32', shape: [8], sizeBytes: 32 },
      ],
      notes: [
        { key: 'general.architecture', value: 'llama' },
        { key: 'llama.block_count', value: '32' },
        { key: 'tokenizer.tokens', value: '2 values' },
        { key: 'flag', value: 'true' },
      ],
    })
  })

  test('asks for more until it is whole, and never for more than the file has', () => {
    const gguf = writeGguf({ pairs: [['n', 4, u32(1)]], tensors: [{ name: 't', type: 0, shape: [2] }] })
    for (const [path, whole] of [
      ['m.safetensors', safetensors],
      ['m.gguf', gguf],
    ] as const) {
      let length = 0
      for (let steps = 0; ; steps += 1) {
        const found = readModelHeader(path, whole.length, whole.subarray(0, length))
        if (found === undefined || 'format' in found) {
          expect(found).toMatchObject({ format: path === 'm.gguf' ? 'GGUF' : 'safetensors' })
          break
        }
        expect(found.neededBytes).toBeGreaterThan(length)
        expect(found.neededBytes).toBeLessThanOrEqual(whole.length)
        length = found.neededBytes
        expect(steps).toBeLessThan(20)
      }
    }
  })

  test.each([
    ['no JSON', '{"a":'],
    ['no list of tensors', '{"a":1}'],
    ['a tensor without a type', '{"a":{"shape":[1],"data_offsets":[0,1]}}'],
    ['a negative length', '{"a":{"dtype":"F16","shape":[-1],"data_offsets":[0,1]}}'],
    ['offsets that go back', '{"a":{"dtype":"F16","shape":[1],"data_offsets":[4,1]}}'],
    ['more numbers than can be', `{"a":{"dtype":"F16","shape":[${Array(60).fill(2 ** 52)}],"data_offsets":[0,1]}}`],
    ['deep nesting', `{"a":${'['.repeat(100_000)}`],
  ])('is none where there is %s', (_, json) => {
    const bytes = Buffer.concat([u64(json.length), Buffer.from(json), Buffer.alloc(64)])
    expect(readModelHeader('m.safetensors', bytes.length, bytes)).toBeUndefined()
  })

  test('is bounded, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('m.gguf', 'm.safetensors'), (noise, path) => {
        const start = path === 'm.gguf' ? Buffer.concat([Buffer.from('GGUF'), u32(3), noise]) : Buffer.from(noise)
        const found = readModelHeader(path, start.length, start)
        if (found !== undefined && 'format' in found) expect(found.tensors.length).toBeLessThanOrEqual(5000)
      }),
      { numRuns: 2000 },
    )
  })
})
