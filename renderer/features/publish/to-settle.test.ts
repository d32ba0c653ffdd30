import { expect, it } from 'vitest'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import { warningKey } from './publish-draft.ts'
import { spokenOf, toSettle } from './to-settle.ts'

const secretIn = (path: string) => ({ kind: 'secret', path, text: '' }) as const
const plan = {
  problems: [{ field: 'version', problem: '1.0.0 is published already.', fix: '1.0.1' }],
  warnings: [
    { kind: 'symlink', path: 'link', text: '' },
    secretIn('a.env'),
    { kind: 'runs-code', path: 'm.pkl', text: '' },
    secretIn('b.env'),
  ],
} as unknown as PublishPlan

it('keeps what is in the way apart from what is good to know, and counts the rows of each', () => {
  const { first, toKnow } = toSettle(plan, new Set())
  expect(first.count).toBe(2)
  expect(first.secrets).toHaveLength(2)
  expect(toKnow.map((group) => group.map(({ kind }) => kind))).toEqual([['runs-code'], ['symlink']])
})

it('says a name that is in the way once', () => {
  const problems = [{ field: 'files', problem: '“meta.json” is a name that libraries use.', path: 'meta.json' }]
  const warnings = [
    { kind: 'reserved-name', path: 'meta.json', text: '' },
    secretIn('meta.json'),
    { kind: 'reserved-name', path: 'archive.gz', text: '' },
  ]
  const { first, toKnow } = toSettle({ problems, warnings } as unknown as PublishPlan, new Set())
  expect([first.count, first.secrets.length]).toEqual([2, 1])
  expect(toKnow.flat().map(({ path }) => path)).toEqual(['archive.gz'])
})

it('says all but mere notes to screen readers, and nothing once it is settled', () => {
  const spoken = spokenOf(toSettle(plan, new Set()))
  expect(spoken).toMatch(/^Two things first\. The version: 1\.0\.0 is published already\. 2 files look like they hold/)
  expect(spoken).toMatch(/Good to know\. .*m\.pkl/)
  expect(spoken).not.toContain('link')
  const settled = new Set(plan.warnings.map(warningKey))
  expect(spokenOf(toSettle({ ...plan, problems: [] }, settled))).toBe('')
})
