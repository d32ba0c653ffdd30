import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../../testkit/read-vectors.ts'
import {
  checkName,
  checkPackagePath,
  checkPathSet,
  checkVersion,
  suggestName,
  utf8Length,
  windowsProblem,
} from './package-path.ts'

describe('a path', () => {
  const cases = readVectors('paths').flatMap((vector) =>
    vector.body
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => [vector.expect, line.slice(0, 60), JSON.parse(line) as string[], vector.because] as const),
  )
  test.each(cases)('is %s: %s', (expected, _, parts, because) => {
    const check = checkPackagePath(parts)
    expect(check.ok).toBe(expected === 'accepted')
    if (!check.ok) expect(check.reason).toContain(because)
  })

  test('that is accepted never leaves its folder, whatever its characters', () => {
    const character = fc.constantFrom('.', '/', '\\', ':', ' ', '\0', 'a', 'C', '~', '\u202e', '．', '／')
    const part = fc.string({ unit: character, maxLength: 6 })
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        if (!checkPackagePath(parts).ok) return
        for (const each of parts) expect(each).not.toMatch(/^\.{1,2}$|[/\\:\0]|^$|[. ]$/)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a set of paths', () => {
  test.each([
    ['twice the same', ['a/b', 'a/b'], 'there twice'],
    ['capitals', ['a/B', 'a/b'], 'one and the same'],
    ['capitals of a folder', ['A/x', 'a/y'], 'one and the same'],
    ['accents', ['caf\u00e9', 'cafe\u0301'], 'one and the same'],
    ['wide letters', ['\uff41', 'a'], 'one and the same'],
    ['mathematical letters', ['\u{1d41a}', 'a'], 'one and the same'],
    ['long s', ['\u017fet', 'set'], 'one and the same'],
    ['a file and a folder', ['a', 'a/b'], 'both a file and a folder'],
    ['a folder and a file', ['a/b/c', 'a/b'], 'both a file and a folder'],
    ['a file and a folder in capitals', ['a/b', 'A'], 'both a file and a folder'],
  ])('with %s is refused', (_, paths, reason) => {
    const check = checkPathSet(paths)
    expect(check).toMatchObject({ ok: false })
    if (!check.ok) expect(check.reason).toContain(reason)
  })

  test('without any is accepted', () => {
    expect(checkPathSet(['a/b', 'a/c', 'b/a', 'ab', 'a b', 'a/b2/c'])).toEqual({ ok: true })
  })

  test('is refused exactly when two files, or a file and a folder, fold to one', () => {
    const part = fc.constantFrom('a', 'A', 'b', 'ä', 'Ä')
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(fc.array(path, { maxLength: 5 }), (paths) => {
        const fold = (text: string) => text.toLowerCase()
        const spellings = new Map<string, string>()
        const kinds = new Map<string, string>()
        let isClash = new Set(paths).size !== paths.length
        for (const each of paths) {
          const parts = each.split('/')
          for (let count = 1; count <= parts.length; count += 1) {
            const prefix = parts.slice(0, count).join('/')
            const kind = count === parts.length ? 'file' : 'folder'
            isClash ||= (spellings.get(fold(prefix)) ?? prefix) !== prefix || (kinds.get(fold(prefix)) ?? kind) !== kind
            spellings.set(fold(prefix), prefix)
            kinds.set(fold(prefix), kind)
          }
        }
        expect(checkPathSet(paths).ok).toBe(!isClash)
      }),
    )
  })
})

test('names and versions that may be published', () => {
  expect(['a', 'my_model_2', '0', 'a'.repeat(64)].map((name) => checkName(name).ok)).toEqual([true, true, true, true])
  expect(['', 'A', 'a-b', 'a b', 'é', 'a'.repeat(65)].map((name) => checkName(name).ok)).not.toContain(true)
  expect(checkName('My Model (v2)')).toMatchObject({ ok: false, fix: 'my_model_v2' })
  expect(['1.0.0', '1.0.0-rc.1', '1.0.0+b.1', '0.0.0-0'].map((each) => checkVersion(each).ok)).not.toContain(false)
  const wrong = [
    '',
    '1',
    '1.0',
    'v1.0.0',
    '01.0.0',
    '1.0.0-',
    '1.0.0-01',
    ' 1.0.0',
    '1.0.0\n',
    '1.0.0-x.tmp',
    `1.0.0-${'a'.repeat(60)}`,
    '1.0.99999999999999999',
  ]
  expect(wrong.map((each) => checkVersion(each).ok)).not.toContain(true)
  expect(checkVersion('v1.2')).toMatchObject({ fix: '1.2.0' })
  expect(suggestName('Größe — Modell')).toBe('gro_e_modell')
})

test('lengths and names of other systems', () => {
  for (const text of ['a', 'é', '模', '😀', 'a\ud800']) expect(utf8Length(text)).toBe(Buffer.byteLength(text))
  expect(windowsProblem(['a?b'])).toBeDefined()
  expect(windowsProblem(['a', 'b'])).toBeUndefined()
})
