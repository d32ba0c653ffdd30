import { expect, test } from 'vitest'
import { readVectors } from '../../../testkit/read-vectors.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { installSegments } from './install-segments.ts'
import { lookUpReuse } from './reuse.ts'
import { workOf } from './unit-work.ts'

const manifest = ingestMeta(
  readVectors('metas').find(({ name }) => name === 'orbital-split.txt')?.body ?? new Uint8Array(),
  { key: 'meta.json' },
)

test('a unit brings the pieces of its own segment, each with where this machine has it', () => {
  const split = manifest.files.findIndex(({ blocks }) => blocks !== undefined)
  const reuse = { paths: ['/there'], pieces: [[split, 0, 0, 7]] as [number, number, number, number][] }
  const segments = installSegments(manifest, 1, reuse)
  const found = segments.map((_, segment) =>
    workOf(manifest, segments, lookUpReuse(reuse), { kind: 'fetch', segment }).segments.flat(),
  )
  expect(found.map((works) => works.map(({ segment }) => segment))).toEqual(segments.map((_, index) => [index]))
  expect(found.flat().flatMap(({ pieces }) => pieces)).toHaveLength(
    manifest.files.reduce((sum, { blocks }) => sum + (blocks?.length ?? 1), 0),
  )
  const copied = found.flat().filter(({ sources }) => sources !== undefined)
  expect(copied).toMatchObject([{ file: { index: split }, sources: [{ path: '/there', offset: 7 }] }])
})

test('a proof brings the file, and no pieces', () => {
  const unit = { kind: 'prove' as const, file: 0, toOffset: 1 }
  const { path, sizeBytes, checksum } = manifest.files[0] ?? {}
  expect(workOf(manifest, [], lookUpReuse(undefined), unit)).toEqual({
    segments: [],
    file: { index: 0, path, sizeBytes, checksum },
  })
})
