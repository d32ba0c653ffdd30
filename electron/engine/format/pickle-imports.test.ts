import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findPickleImports } from './pickle-imports.ts'

/** `pickle.dumps` of CPython 3.12: an OrderedDict, two Fractions, and an object whose `__reduce__` is `os.system`. */
const dumped = {
  0: 'KGxwMApjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcDEKKHRScDIKVmEKcDMKSTEKc2FjZnJhY3Rpb25zCkZyYWN0aW9uCnA0CihJMQpJMwp0cDUKUnA2CmFjcG9zaXgKc3lzdGVtCnA3CihWZWNobyBoaQpwOAp0cDkKUnAxMAphZzQKKEkyCkkzCnRwMTEKUnAxMgphKGRwMTMKVngKcDE0CmNfY29kZWNzCmVuY29kZQpwMTUKKFZhYmNhYmNhYmMKcDE2ClZsYXRpbjEKcDE3CnRwMTgKUnAxOQpzVnkKcDIwCkYxLjUKc1Z6CnAyMQpMMTE4MDU5MTYyMDcxNzQxMTMwMzQyNEwKc2Eu',
  2: 'gAJdcQAoY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEBKVJxAlgBAAAAYXEDSwFzY2ZyYWN0aW9ucwpGcmFjdGlvbgpxBEsBSwOGcQVScQZjcG9zaXgKc3lzdGVtCnEHWAcAAABlY2hvIGhpcQiFcQlScQpoBEsCSwOGcQtScQx9cQ0oWAEAAAB4cQ5jX2NvZGVjcwplbmNvZGUKcQ9YCQAAAGFiY2FiY2FiY3EQWAYAAABsYXRpbjFxEYZxElJxE1gBAAAAeXEURz/4AAAAAAAAWAEAAAB6cRWKCQAAAAAAAAAAQHVlLg==',
  4: 'gASVqQAAAAAAAABdlCiMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpSMAWGUSwFzjAlmcmFjdGlvbnOUjAhGcmFjdGlvbpSTlEsBSwOGlFKUjAVwb3NpeJSMBnN5c3RlbZSTlIwHZWNobyBoaZSFlFKUaAhLAksDhpRSlH2UKIwBeJRDCWFiY2FiY2FiY5SMAXmURz/4AAAAAAAAjAF6lIoJAAAAAAAAAABAdWUu',
} as const
const imports = ['collections.OrderedDict', 'fractions.Fraction', 'posix.system']
const bytesOf = (protocol: keyof typeof dumped) => Buffer.from(dumped[protocol], 'base64')

/** Entries as PyTorch writes them, one after another; `streamed` says its length only behind the data. */
function zipOf(entries: readonly (readonly [name: string, content: Uint8Array])[], streamed = false): Buffer {
  return Buffer.concat(
    entries.flatMap(([name, content]) => {
      const header = Buffer.alloc(30)
      header.writeUInt32LE(0x04034b50, 0)
      header.writeUInt16LE(streamed ? 8 : 0, 6)
      header.writeUInt32LE(streamed ? 0 : content.length, 18)
      header.writeUInt16LE(name.length, 26)
      const descriptor = streamed ? [Buffer.from('PK\u0007\u0008xxxxyyyyzzzz', 'latin1')] : []
      return [header, Buffer.from(name), content, ...descriptor]
    }),
  )
}

describe('what a pickle asks for', () => {
  test.each([0, 2, 4] as const)('is found in protocol %i', (protocol) => {
    // Before protocol 3 bytes are made by a function as well.
    const names = protocol === 4 ? imports : ['_codecs.encode', ...imports].sort()
    expect(findPickleImports(bytesOf(protocol))).toEqual({ names, isWhole: true })
  })

  test('is found in several pickles in a row, up to where other bytes begin', () => {
    const both = Buffer.concat([bytesOf(4), bytesOf(2)])
    expect(findPickleImports(both)).toEqual({ names: ['_codecs.encode', ...imports].sort(), isWhole: true })
    expect(findPickleImports(Buffer.concat([both, Buffer.of(0xff, 0xff)]))).toMatchObject({ isWhole: false })
  })

  test('is found in files of PyTorch', () => {
    for (const streamed of [false, true]) {
      const zip = zipOf(
        [
          ['model/data.pkl', bytesOf(4)],
          ['model/data/0', Buffer.alloc(64)],
        ],
        streamed,
      )
      expect(findPickleImports(zip), String(streamed)).toEqual({ names: imports, isWhole: true })
    }
    const later = zipOf([
      ['model/version', Buffer.from('3')],
      ['model/data.pkl', bytesOf(4)],
    ])
    expect(findPickleImports(later)).toEqual({ names: imports, isWhole: true })
    expect(findPickleImports(zipOf([['readme.txt', Buffer.from('x')]]))).toBeUndefined()
  })

  test('is found when its name comes from the memo', () => {
    const short = (value: string) => Buffer.concat([Buffer.of(0x8c, value.length), Buffer.from(value), Buffer.of(0x94)])
    const get = (index: number) => Buffer.of(0x68, index)
    const pickle = Buffer.concat([
      short('os'),
      short('system'),
      Buffer.from('00'),
      get(0),
      get(1),
      Buffer.from([0x93, 0x2e]),
    ])
    expect(findPickleImports(pickle)).toEqual({ names: ['os.system'], isWhole: true })
    const made = Buffer.concat([short('os'), Buffer.from('N'), Buffer.from([0x93, 0x2e])])
    expect(findPickleImports(made)).toEqual({ names: ['os.?'], isWhole: true })
  })

  test('is told as far as a cut file shows it', () => {
    const whole = bytesOf(4)
    expect(findPickleImports(whole.subarray(0, whole.indexOf('fractions')))).toEqual({
      names: ['collections.OrderedDict'],
      isWhole: false,
    })
    expect(findPickleImports(Buffer.from('no pickle at all'))).toBeUndefined()
    expect(findPickleImports(Buffer.of())).toBeUndefined()
  })

  test('is looked for in bounded time, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        for (const start of [Buffer.of(0x80, 4), Buffer.from('PK\u0003\u0004'), Buffer.of()])
          findPickleImports(Buffer.concat([start, noise]))
      }),
      { numRuns: 3000 },
    )
  })
})
