import { describe, expect, it } from 'vitest'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import {
  blockers,
  canPutIn,
  leaveOut,
  openSecrets,
  originOf,
  otherProblems,
  problemsOf,
  putIn,
  textOf,
  warningKey,
} from './publish-draft.ts'

const plan: PublishPlan = {
  planId: 'p1',
  filesTag: 'f1',
  fileCount: 0,
  leftOutCount: 0,
  connectionId: 'local',
  source: { kind: 'folder', path: '/models/fraud_scorer' },
  info: { name: 'fraud_scorer', version: '4.3.1', compatibility: { desk: '>=3' } },
  origins: { name: 'the folder', version: 'package.json' },
  files: [],
  leftOut: [],
  totalBytes: 0,
  problems: [
    { field: 'version', problem: '4.3.1 was published', fix: '4.4.0' },
    { field: 'compatibility.desk', problem: 'is not a constraint' },
    { field: 'include', problem: 'matches nothing' },
  ],
  warnings: [
    { kind: 'secret', path: '.env', text: 'looks like a password' },
    { kind: 'runs-code', path: 'a.pkl', text: 'runs code' },
  ],
}

describe('fields of the form', () => {
  it('show what was typed, even emptied, over what the plan says', () => {
    expect(textOf('version', {}, plan)).toBe('4.3.1')
    expect(textOf('version', { version: '5' }, plan)).toBe('5')
    expect(textOf('version', { version: '' }, plan)).toBe('')
    expect(textOf('title', {}, plan)).toBe('')
    expect(textOf('name', {}, undefined)).toBe('')
  })
  it('say where a value comes from', () => {
    expect(originOf('name', {}, plan)).toBe('the folder')
    expect(originOf('name', { name: 'x' }, plan)).toBe('you')
    expect(originOf('notes', {}, plan)).toBeUndefined()
  })
  it('have the problems of their parts', () => {
    expect(problemsOf('version', plan)).toHaveLength(1)
    expect(problemsOf('compatibility', plan).map(({ field }) => field)).toEqual(['compatibility.desk'])
    expect(otherProblems(plan).map(({ field }) => field)).toEqual(['include'])
  })
})

describe('leaving out and putting in', () => {
  it('takes a folder instead of what lies in it', () => {
    expect(leaveOut({ leaveOut: ['a/b', 'ab'] }, 'a').leaveOut).toEqual(['ab', 'a'])
    expect(leaveOut({ putIn: ['a/b', 'c'] }, 'a').putIn).toEqual(['c'])
  })
  it('takes back a choice of the person, or overrides a rule', () => {
    expect(putIn({ leaveOut: ['a', 'b'] }, 'a', 'by-person')).toEqual({ leaveOut: ['b'] })
    expect(putIn({}, '.DS_Store', 'junk')).toEqual({ leaveOut: [], putIn: ['.DS_Store'] })
  })
  it('keeps the other fields', () => {
    expect(leaveOut({ name: 'x', tags: ['t'] }, 'a')).toEqual({ name: 'x', tags: ['t'], leaveOut: ['a'] })
  })
  it('is not offered for what can never be published', () => {
    expect(canPutIn('junk')).toBe(true)
    expect(canPutIn('symlink')).toBe(false)
  })
})

describe('what must be settled first', () => {
  it('names fields once, then secrets that were not decided on', () => {
    expect(blockers(plan, new Set())).toEqual(['version', 'compatibility', 'include', '.env'])
    const secret = plan.warnings[0]
    expect(secret && openSecrets(plan, new Set([warningKey(secret)]))).toEqual([])
  })
  it('is nothing for a plan without problems', () => {
    expect(blockers({ ...plan, problems: [], warnings: [] }, new Set())).toEqual([])
  })
})
