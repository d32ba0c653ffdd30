import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DiskUsage } from '../../../shared/model/installed.ts'
import { boxesOf, boxOf, groupUsage, layOutTiles } from './treemap-layout.ts'

const usage = (changes: Partial<DiskUsage> = {}): DiskUsage => ({
  libraryId: 'default',
  volume: { totalBytes: 1e12, freeBytes: 4e11 },
  packages: [
    { ref: { name: 'b', version: '1.0.0' }, title: 'B', freedBytes: 100, older: true, kept: false },
    { ref: { name: 'b', version: '1.10.0' }, title: 'B', freedBytes: 200, older: false, kept: false },
    { ref: { name: 'a', version: '2.0.0' }, title: 'A', freedBytes: 400, older: false, kept: false },
  ],
  cacheBytes: 50,
  unfinishedBytes: 0,
  trashBytes: 10,
  ownBytes: 1,
  ...changes,
})

describe('groupUsage', () => {
  it('puts versions of a package together, newest first, biggest group first', () => {
    const groups = groupUsage(usage(), 800 * 216)
    expect(groups.map(({ group, bytes }) => [group, bytes])).toEqual([
      ['a', 400],
      ['b', 300],
      ['rest', 60],
    ])
    expect(groups[1]?.leaves.map(({ key, kind }) => [key, kind])).toEqual([
      ['b==1.10.0', 'in-use'],
      ['b==1.0.0', 'older'],
    ])
  })
  it('draws nothing for what takes no bytes', () => {
    expect(groupUsage(usage({ packages: [], cacheBytes: 0, trashBytes: 0 }), 800 * 216)).toEqual([])
    expect(groupUsage(usage(), 800 * 216).flatMap(({ leaves }) => leaves.map(({ key }) => key))).not.toContain(
      'unfinished',
    )
  })
})

describe('layOutTiles', () => {
  it('labels the first tile of a package with its title, the others with their version', () => {
    const labels = Object.fromEntries(layOutTiles(usage(), 800, 216).map(({ key, label }) => [key, label]))
    expect(labels).toMatchObject({ 'a==2.0.0': 'A 2.0.0', 'b==1.10.0': 'B', 'b==1.0.0': '1.0.0', cache: 'Cache' })
  })
  it('makes small tiles not clickable', () => {
    const small = { ref: { name: 'c', version: '1.0.0' }, title: 'C', freedBytes: 1, older: false, kept: false }
    const tiles = layOutTiles(usage({ packages: [...usage().packages, small] }), 400, 100)
    expect(tiles.find(({ key }) => key === 'c==1.0.0')).toMatchObject({ clickable: false, lines: 0 })
    expect(tiles.find(({ key }) => key === 'a==2.0.0')?.clickable).toBe(true)
  })
  it('draws every version inside the place, and no two that can be clicked over each other', () => {
    const bytes = fc.integer({ min: 1_000, max: 10_000_000 })
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 12 }), (sizes) => {
        const packages = sizes.map((freedBytes, at) => ({
          ref: { name: `p${at % 5}`, version: `1.${at}.0` },
          title: `P${at % 5}`,
          freedBytes,
          older: false,
          kept: false,
        }))
        const tiles = layOutTiles(usage({ packages, cacheBytes: 0, trashBytes: 0 }), 1000, 300)
        expect(tiles).toHaveLength(sizes.length)
        for (const tile of tiles) {
          expect(tile.left >= 0 && tile.left + tile.width <= 1000).toBe(true)
          expect(tile.top >= 0 && tile.top + tile.height <= 300).toBe(true)
        }
        const clickable = tiles.filter((tile) => tile.clickable)
        for (const tile of clickable) {
          for (const other of clickable) {
            if (other === tile) continue
            const apart =
              tile.left + tile.width <= other.left ||
              other.left + other.width <= tile.left ||
              tile.top + tile.height <= other.top ||
              other.top + other.height <= tile.top
            expect(apart).toBe(true)
          }
        }
      }),
    )
  })
  it('folds the smallest of very many into a tile of those in use and one of older ones, which can’t be chosen', () => {
    const packages = Array.from({ length: 5000 }, (_, at) => ({
      ref: { name: `p${at >> 1}`, version: `1.${at % 2}.0` },
      title: `P${at >> 1}`,
      freedBytes: at < 20 ? 1_000_000 : 1000,
      older: at % 2 === 0,
      kept: false,
    }))
    const tiles = layOutTiles(usage({ packages, cacheBytes: 0, trashBytes: 0 }), 800, 216)
    expect(tiles).toHaveLength(22)
    const folded = tiles.filter(({ ref }) => ref === undefined)
    expect(folded.map(({ kind, title, bytes, clickable }) => ({ kind, title, bytes, clickable }))).toEqual([
      { kind: 'in-use', title: '2,490 smaller versions', bytes: 2_490_000, clickable: false },
      { kind: 'older', title: '2,490 smaller older versions', bytes: 2_490_000, clickable: false },
    ])
    expect(tiles.filter(({ ref }) => ref !== undefined).every(({ bytes }) => bytes === 1_000_000)).toBe(true)
    const alike = packages.map((each, at) => ({ ...each, freedBytes: 1_000_000 - at }))
    expect(layOutTiles(usage({ packages: alike }), 1600, 1600).length).toBeLessThanOrEqual(404)
  })
  it('has nothing to draw where there is no room', () => {
    expect(layOutTiles(usage(), 0, 216)).toEqual([])
  })
})

describe('boxesOf', () => {
  it('has one for each chosen package that has tiles', () => {
    const tiles = layOutTiles(usage(), 800, 216)
    expect(boxesOf(tiles, (group) => group !== 'b' && group !== 'cache' && group !== 'trash')).toEqual([
      boxOf(tiles, 'a'),
    ])
  })
})

describe('boxOf', () => {
  it('is around all versions of a package', () => {
    const tiles = layOutTiles(usage(), 800, 216)
    const box = boxOf(tiles, 'b')
    const own = tiles.filter(({ group }) => group === 'b')
    expect(own).toHaveLength(2)
    for (const tile of own) expect(tile.left >= (box?.left ?? Number.NaN)).toBe(true)
    expect(boxOf(tiles, 'none')).toBeUndefined()
  })
})
