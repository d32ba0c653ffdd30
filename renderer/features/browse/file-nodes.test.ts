import { expect, it } from 'vitest'
import { fileNodes } from './file-nodes.ts'

const files = ['b.txt', 'a/2.bin', 'a/10.bin', 'a/deep/x', 'README.md'].map((path, at) => ({
  path,
  sizeBytes: at + 1,
  checksum: 'sha256:00',
}))

it('shows folders first, each level by name and number, with what is in them', () => {
  const nodes = fileNodes(files, new Set())
  expect(nodes.map(({ path, depth }) => `${depth} ${path}`)).toEqual([
    '0 a',
    '1 a/deep',
    '2 a/deep/x',
    '1 a/2.bin',
    '1 a/10.bin',
    '0 b.txt',
    '0 README.md',
  ])
  expect(nodes[0]).toMatchObject({ kind: 'folder', sizeBytes: 9, fileCount: 3 })
})

it('hides what is in a closed folder', () => {
  expect(fileNodes(files, new Set(['a'])).map(({ path }) => path)).toEqual(['a', 'b.txt', 'README.md'])
})
