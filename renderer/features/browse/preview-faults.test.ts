import { describe, expect, test } from 'vitest'
import { faultOf } from './preview-faults.ts'

const text = (content: string, truncated = false) => ({ kind: 'text', text: content, truncated }) as const

describe('what a previewed file is not', () => {
  test.each([
    ['a.json', text('{"a": 1}'), undefined],
    ['a.json', text('{"a": '), 'json'],
    ['a.json', text('{"a": ', true), undefined],
    ['a.csv', text('a,b\n1,2\n'), undefined],
    ['a.csv', text('a,b\n1\n1,2,3\n'), undefined],
    ['a.csv', text('one\n'), undefined],
    ['a.csv', text('a,b\n1,"2\n3,4\n'), 'table'],
    ['a.csv', text('a,b\n1,"2\n3,4\n', true), undefined],
    ['a.tsv', text('a\tb\n"1\t2\n'), 'table'],
    ['a.png', text('<html>'), 'picture'],
    ['a.JPG', { kind: 'binary' }, 'picture'],
    ['a.png', { kind: 'picture', type: 'image/png', base64: '' }, undefined],
    ['a.safetensors', text('version https://git-lfs.github.com/spec/v1'), 'model'],
    ['a.gguf', { kind: 'binary' }, 'model'],
    ['a.md', text('# Title'), undefined],
    ['a.md', { kind: 'binary' }, undefined],
  ] as const)('%s with %j: %s', (name, content, fault) =>
    expect(faultOf(name, { content, sizeBytes: 100 })).toBe(fault),
  )

  test.each([
    [59, 'cut'],
    [60, undefined],
    [64, undefined],
  ] as const)('weights that take 60 bytes, in a file of %d: %s', (sizeBytes, fault) => {
    const tensor = { name: 'a', type: 'F16', shape: [10], sizeBytes: 20 }
    const sums = { headerBytes: 20, parameters: 20, tensorCount: 2, types: ['F16'], notes: [] }
    const header = { format: 'GGUF' as const, ...sums, tensors: [tensor, tensor] }
    const content = { kind: 'model' as const, header }
    expect(faultOf('a.gguf', { content, sizeBytes })).toBe(fault)
  })
})
