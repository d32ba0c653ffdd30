import { describe, expect, it } from 'vitest'
import { buildTree, closedAtFirst, rowsOf } from './file-tree.ts'

const file = (path: string, sizeBytes = 1) => ({ path, sizeBytes })
const files = [file('b.txt'), file('model/part10.bin', 10), file('model/part9.bin', 9), file('a/deep/er/x.json', 5)]

describe('buildTree', () => {
  it('sums sizes and counts of everything below a folder', () => {
    const root = buildTree(files)
    expect(root).toMatchObject({ sizeBytes: 25, fileCount: 4 })
    expect(root.folders.map(({ name, sizeBytes, fileCount }) => [name, sizeBytes, fileCount])).toEqual([
      ['a', 5, 1],
      ['model', 19, 2],
    ])
  })
})

describe('rowsOf', () => {
  it('lists folders first, files in the order of the numbers in their names', () => {
    expect(rowsOf(buildTree(files), new Set()).map(({ path, depth }) => [path, depth])).toEqual([
      ['a', 0],
      ['a/deep', 1],
      ['a/deep/er', 2],
      ['a/deep/er/x.json', 3],
      ['model', 0],
      ['model/part9.bin', 1],
      ['model/part10.bin', 1],
      ['b.txt', 0],
    ])
  })
  it('hides what lies in a closed folder', () => {
    const rows = rowsOf(buildTree(files), new Set(['a']))
    expect(rows.map(({ path }) => path)).not.toContain('a/deep')
    expect(rows[0]).toMatchObject({ path: 'a', isOpen: false, fileCount: 1 })
  })
})

describe('closedAtFirst', () => {
  it('opens a small tree and closes a big one', () => {
    expect(closedAtFirst(buildTree(files)).size).toBe(0)
    const many = Array.from({ length: 2000 }, (_, at) => file(`shards/${at % 40}/s${at}.bin`))
    expect(closedAtFirst(buildTree(many)).size).toBe(41)
  })
})
