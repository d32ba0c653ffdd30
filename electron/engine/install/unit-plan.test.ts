import { expect, test } from 'vitest'
import { readVectors } from '../../../testkit/read-vectors.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { Segment } from '../format/plan-segments.ts'
import { createTally } from './tally.ts'
import { planUnits } from './unit-plan.ts'

const manifest = ingestMeta(
  readVectors('metas').find(({ name }) => name === 'orbital-split.txt')?.body ?? new Uint8Array(),
  { key: 'meta.json' },
)
const segment = (index: number, isReused: boolean): Segment => ({
  kind: 'files',
  startOffset: index * 100,
  endOffset: index * 100 + 100,
  files: [0],
  ...(isReused ? { isReused: true } : {}),
})
const firstOf = (segments: readonly Segment[], settled: readonly number[] = []) =>
  planUnits({
    manifest,
    metaBytes: new Uint8Array(),
    segments,
    settled: { segments: new Set(settled), copied: new Set(), ranges: [] },
    source: 'store',
    tally: createTally(new SharedArrayBuffer(64)),
  }).first.map((unit) => ('segment' in unit ? `${unit.kind} ${unit.segment}` : unit.kind))

test('what is copied and what is fetched alternate, each in archive order, after what is checked', () => {
  const segments = [true, true, true, true, false, false].map((isReused, index) => segment(index, isReused))
  expect(firstOf(segments)).toEqual(['copy 0', 'fetch 4', 'copy 1', 'copy 2', 'fetch 5', 'copy 3'])
  expect(firstOf(segments, [5, 0])).toEqual(['check 5', 'check 0', 'copy 1', 'fetch 4', 'copy 2', 'copy 3'])
})

test.each([
  ['copied', true, 'copy'],
  ['fetched', false, 'fetch'],
])('what is only %s keeps its order', (_, isReused, kind) => {
  expect(firstOf([0, 1, 2].map((index) => segment(index, isReused)))).toEqual(
    [0, 1, 2].map((each) => `${kind} ${each}`),
  )
})
