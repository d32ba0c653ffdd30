import { describe, expect, it } from 'vitest'
import { AppError, type ErrorCode, errorCodes } from '../../shared/errors.ts'
import { viewError } from './error-view.ts'

/** Details that any code can be shown with; each text picks its own. */
const details = {
  what: 'a web page.',
  problem: 'Say which package.',
  path: 'model/weights.bin',
  kind: 'folder',
  leftOut: 2,
  problems: [{ field: 'version', problem: 'It is not a version.', fix: '1.0.0' }],
  reason: 'it ends too early.',
  limit: '600 GiB',
  spec: 'digits==1.0.0',
  where: 'This computer',
  library: 'My models',
  connectionId: 'team',
  libraryId: 'lib',
  transferId: 't1',
  planId: 'p1',
  entryId: 'e1',
  key: 'k',
  bucket: 'team-models',
  ref: 'digits==1.0.0',
  app: 'Reader',
  appVersion: '1.0.0',
  constraint: '>=2',
  connection: 'Team models',
  source: 'The profile “team”',
  action: 'write to',
  errno: 'EIO',
  endpoint: 's3.example.com',
  status: 503,
  name: 'My library',
  relation: 'inside',
}

describe('the error view', () => {
  it('keeps a name in Hebrew from turning the sentence around it', () => {
    const error = new AppError('file-damaged', { ref: 'digits==1.0.0', path: 'דגם.bin', isMissing: true })
    expect(viewError(error).happened).toContain('\u2068דגם.bin\u2069 of digits==1.0.0')
    expect(viewError(error).support).toContain('path: דגם.bin')
  })

  it.each(errorCodes)('%s has three sentences without code, stack or secret', (code: ErrorCode) => {
    const view = viewError(new AppError(code, details as never, new Error('at secret (/src/engine/index.ts:1:1)')))
    for (const text of [view.happened, view.safe]) expect(text).toMatch(/^\S.*[.!?]$/s)
    if (view.todo !== '') expect(view.todo).toMatch(/[.!?]$/)
    const shown = [view.happened, view.safe, view.todo].join(' ')
    expect(shown).not.toMatch(/\.tsx?:|\bat \S+ \(|undefined|\[object|secret \(/)
    // A code such as `disk-full` is no sentence for a person; a single word may occur in one.
    if (code.includes('-')) expect(shown).not.toContain(code)
    expect(view.support).toContain(code)
    expect(view.support).not.toContain('/src/engine')
  })

  it('shows a code of a newer engine too', () => {
    const view = viewError(new AppError('made-up' as ErrorCode, {} as never))
    expect(view.happened).not.toBe('')
    expect(view.remedy).toBe('retry')
  })
})
