import { expect, it } from 'vitest'
import type { InstallPlan } from '../../../shared/model/plans.ts'
import { costOf } from './update-plans.ts'

const plan = (changes: Partial<InstallPlan>): InstallPlan => ({
  planId: 'p',
  ref: { name: 'digits', version: '1.0.0' },
  title: 'Digits',
  libraryId: 'default',
  downloadBytes: 10,
  reusedBytes: 5,
  reusedFrom: [],
  diskBytes: 15,
  neededBytes: 20,
  freeBytes: 100,
  freeAfterBytes: 85,
  enoughSpace: true,
  fileCount: 1,
  alreadyInstalled: false,
  replaces: [],
  verdict: 'compatible',
  verdicts: [],
  ...changes,
})

it('adds up what several updates take one after the other', () => {
  expect(costOf([plan({}), plan({}), plan({})])).toEqual({
    downloadBytes: 30,
    reusedBytes: 15,
    freeBytes: 100,
    freeAfterBytes: 55,
    missingBytes: 0,
  })
})

it('sees that the last of them no longer fits, though each alone does', () => {
  const big = plan({ neededBytes: 80, freeAfterBytes: 60 })
  expect(costOf([big]).missingBytes).toBe(0)
  expect(costOf([big, big]).missingBytes).toBe(20)
})
