import { describe, expect, it } from 'vitest'
import type { DiskUsage, InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import { chosenAtFirst, planCleanUp, sumCleanUp } from './clean-up.ts'

const entry = (name: string, version: string, freedBytes: number, older: boolean, kept = false) => ({
  ref: { name, version },
  title: name.toUpperCase(),
  freedBytes,
  older,
  kept,
})
const version = (name: string, number: string, compatibility?: Record<string, string | null>): InstalledVersion => ({
  ref: { name, version: number },
  libraryId: 'default',
  title: name.toUpperCase(),
  description: '',
  path: `/models/${name}/${number}`,
  diskBytes: 1,
  fileCount: 1,
  kept: false,
  ...(compatibility === undefined ? {} : { compatibility }),
})
const usage: DiskUsage = {
  libraryId: 'default',
  volume: { totalBytes: 100_000_000, freeBytes: 1_000_000 },
  packages: [
    entry('a', '2.0.0', 400_000, false),
    entry('a', '1.0.0', 300_000, true),
    entry('b', '2.0.0', 200_000, false),
    entry('b', '1.0.0', 100_000, true, true),
    entry('c', '2.0.0', 90_000, false),
    entry('c', '1.0.0', 80_000, true),
  ],
  cacheBytes: 500_000,
  unfinishedBytes: 300_000,
  trashBytes: 200_000,
  ownBytes: 1,
}
const installed = [
  version('a', '2.0.0'),
  version('a', '1.0.0'),
  version('b', '2.0.0'),
  version('b', '1.0.0'),
  version('c', '2.0.0', { desk: '>=4' }),
  version('c', '1.0.0', { desk: '>=3' }),
]
const trash: readonly TrashEntry[] = [
  {
    id: 't1',
    libraryId: 'default',
    ref: { name: 'z', version: '1.0.0' },
    title: 'Z',
    removedAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-01-31T00:00:00Z',
    diskBytes: 200_000,
  },
]
const desk = { name: 'desk', version: '3.2' }

describe('planCleanUp', () => {
  it('proposes older versions, but neither kept ones nor those an app of the person needs', () => {
    const plan = planCleanUp(usage, installed, trash, [desk])
    expect(plan.olderRefs).toEqual([{ name: 'a', version: '1.0.0' }])
    expect(plan.keptTitles).toEqual(['B'])
    expect(plan.needed).toEqual([{ title: 'C', app: desk }])
  })
  it('proposes every unkept older version when no app is named', () => {
    const names = planCleanUp(usage, installed, trash, []).olderRefs.map(({ name }) => name)
    expect(names).toEqual(['a', 'c'])
  })
  it('says when the oldest entry of the trash goes by itself', () => {
    const nowMs = Date.parse('2026-01-10T12:00:00Z')
    expect(planCleanUp(usage, installed, trash, [], nowMs).trashDaysLeft).toBe(21)
    expect(planCleanUp(usage, installed, trash, [], nowMs + 1e11).trashDaysLeft).toBe(0)
  })
  it('leaves out what holds nothing, though its empty folder takes a block', () => {
    const nothing = { cacheBytes: 0, unfinishedBytes: 4_096, trashBytes: 4_096 }
    const plan = planCleanUp({ ...usage, ...nothing }, installed, [], [])
    expect(plan.proposals.map(({ kind }) => kind)).toEqual(['older'])
  })
})

describe('sumCleanUp', () => {
  const plan = planCleanUp(usage, installed, trash, [desk])
  it('counts what is freed at once and what only with the trash', () => {
    expect(sumCleanUp(plan, usage, new Set(['older', 'cache', 'unfinished']))).toEqual({
      touchedBytes: 1_100_000,
      freeNowBytes: 1_000_000,
      freeAfterBytes: 1_800_000,
      freeWhenTrashEmptiedBytes: 2_300_000,
    })
  })
  it('does not count the trash twice', () => {
    expect(sumCleanUp(plan, usage, new Set(['older', 'trash']))).toEqual({
      touchedBytes: 500_000,
      freeNowBytes: 1_000_000,
      freeAfterBytes: 1_200_000,
      freeWhenTrashEmptiedBytes: 1_500_000,
    })
  })
  it('says 0 for nothing chosen', () => {
    expect(sumCleanUp(plan, usage, new Set()).touchedBytes).toBe(0)
  })
  it('never ticks the trash by itself', () => {
    expect([...chosenAtFirst(plan)]).toEqual(['older', 'cache', 'unfinished'])
  })
})
