import { describe, expect, test } from 'vitest'
import { compareVersions } from './compare-versions.ts'

const file = (path: string, sizeBytes: number, checksum: string) => ({ path, sizeBytes, checksum })

describe('what changed between two versions', () => {
  test('is told by file, and summed', () => {
    const before = [
      file('README.md', 10, 'sha256:r1'),
      file('config.json', 5, 'sha256:c'),
      file('old.txt', 7, 'sha256:o'),
      file('weights/a.bin', 100, 'sha256:a'),
      file('weights/b.bin', 200, 'sha256:b'),
    ]
    const after = [
      file('README.md', 12, 'sha256:r2'),
      file('config.json', 5, 'sha256:c'),
      file('lexicon.json', 3, 'sha256:l'),
      file('weights/a.bin', 100, 'sha256:a2'),
      file('weights/renamed.bin', 200, 'sha256:b'),
    ]
    expect(compareVersions(before, after)).toEqual({
      changes: [
        { kind: 'new', path: 'lexicon.json', afterBytes: 3 },
        { kind: 'changed', path: 'README.md', beforeBytes: 10, afterBytes: 12 },
        { kind: 'changed', path: 'weights/a.bin', beforeBytes: 100, afterBytes: 100 },
        { kind: 'moved', path: 'weights/renamed.bin', from: 'weights/b.bin', afterBytes: 200 },
        { kind: 'removed', path: 'old.txt', beforeBytes: 7 },
      ],
      new: { files: 1, bytes: 3 },
      changed: { files: 2, bytes: 112 },
      removed: { files: 1, bytes: 7 },
      same: { files: 2, bytes: 205 },
    })
  })

  test('is nothing between a version and itself', () => {
    const files = [file('a', 1, 'md5:x')]
    expect(compareVersions(files, files)).toMatchObject({ changes: [], same: { files: 1, bytes: 1 } })
  })

  test('is not known where checksums are of different kinds, unless the size says it', () => {
    const { changes } = compareVersions(
      [file('a', 1, 'md5:x'), file('b', 1, 'md5:x')],
      [file('a', 1, 'sha256:x'), file('b', 2, 'sha256:x')],
    )
    expect(changes.map(({ kind, path }) => `${path} ${kind}`)).toEqual(['a unsure', 'b changed'])
  })

  test('moves each file once, and never an empty one', () => {
    const { changes } = compareVersions(
      [file('a', 4, 'sha256:x'), file('empty', 0, 'sha256:e')],
      [file('b', 4, 'sha256:x'), file('c', 4, 'sha256:x'), file('empty2', 0, 'sha256:e')],
    )
    expect(changes.map(({ kind, path }) => `${path} ${kind}`)).toEqual([
      'c new',
      'empty2 new',
      'b moved',
      'empty removed',
    ])
  })
})
