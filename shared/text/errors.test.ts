import { expect, test } from 'vitest'
import { type ErrorCode, type ErrorDetails, errorCodes } from '../errors.ts'
import { errorTextOf } from './errors.ts'

const path = '/folder/model'
const ref = 'digit_recogniser==1.0.0'
const details: { readonly [C in ErrorCode]: ErrorDetails[C] } = {
  internal: { what: 'TypeError' },
  usage: { problem: 'Say which package.' },
  cancelled: {},
  'not-a-folder': { path },
  'folder-empty': { path, leftOut: 2 },
  'folder-of-packages': { path, relation: 'inside', kind: 'library', name: 'My library' },
  'folder-unreadable': { path },
  'file-unreadable': { path },
  'file-changed': { path },
  'recipe-invalid': { path, problems: [{ field: 'version', problem: 'It is not a version.', fix: '1.0.0' }] },
  'not-a-package-file': { path, reason: 'it ends too early.' },
  'package-too-large': { what: 'The package', limit: '600 GiB' },
  'path-not-found': { path, kind: 'folder' },
  'package-not-found': { spec: ref, where: 'This computer' },
  'not-installed': { spec: ref, library: path },
  'file-not-found': { spec: ref, path: 'a.txt' },
  'connection-not-found': { connectionId: 'team' },
  'connection-changed': { connection: 'Team' },
  'library-not-found': { libraryId: 'team' },
  'transfer-not-found': { transferId: 't1' },
  'plan-not-found': { planId: 'p1' },
  'trash-entry-not-found': { entryId: 'e1' },
  'object-not-found': { key: 'models/a-1.0.0/meta.json' },
  'upload-not-found': { key: 'k' },
  'bucket-not-found': { bucket: 'team' },
  incompatible: { ref, app: 'reader', appVersion: '1.0.0', constraint: '>=2.0.0' },
  'not-stated': { ref, app: 'reader' },
  'version-published': { ref, where: 'This computer', publishedBy: 'Ana', publishedAt: '2026-01-02T03:04:05Z' },
  'already-exists': { what: path },
  'place-taken': { path, kind: 'symlink' },
  busy: { what: 'transfer' },
  'past-cancel': { ref: 'digits==1.0.0' },
  'meta-invalid': { key: 'k', reason: 'it names a file outside of the package.' },
  'archive-damaged': { ref, reason: 'the checksum differs.' },
  'archive-mismatch': { ref },
  'file-damaged': { ref, path: 'a.txt' },
  'content-differs': { ref: 'model==1.0.0', where: 'Team' },
  'object-changed': { key: 'k' },
  'state-damaged': { path },
  'sign-in-missing': { connection: 'Team' },
  'sign-in-wrong': { connection: 'Team' },
  'sign-in-expired': { connection: 'Team' },
  'sign-in-failed': { connection: 'Team', source: 'The profile “work”', reason: 'It names itself as its source.' },
  'access-denied': { action: 'list', what: 'packages' },
  'secret-unavailable': { connection: 'Team' },
  'disk-full': { path, neededBytes: 87_654_321, freeBytes: 1000 },
  'disk-denied': { path, action: 'write' },
  'disk-failed': { path, action: 'write', errno: 'EIO' },
  'path-not-allowed': { path: '../a', reason: 'it leads out of the package.' },
  'network-unreachable': { endpoint: 'store:9000' },
  'network-interrupted': { endpoint: 'store:9000', reason: 'reset' },
  'certificate-refused': { endpoint: 'store:9000', issuer: 'A company' },
  'store-busy': { endpoint: 'store:9000', status: 503 },
  'store-answer': { endpoint: 'store:9000', status: 200, what: 'a web page.' },
  'precondition-failed': { key: 'k' },
  'upload-refused': { key: 'k', reason: 'a part is missing.' },
}

test.each(errorCodes)('%s says what happened, what is safe and what to do, in sentences', (code) => {
  const { happened, safe, todo } = errorTextOf({ code, details: details[code] } as never)
  for (const sentence of [happened, safe, todo]) {
    expect(sentence).toMatch(/^[\p{L}/.].*[.)]$/u)
    expect(sentence).not.toMatch(/undefined|\[object|NaN| at .*:\d+:\d+|successfully|please|oops/i)
  }
  expect(happened).not.toContain(code === 'internal' ? 'stack' : `${code} `)
})

test('sizes have three significant figures', () => {
  expect(errorTextOf({ code: 'disk-full', details: details['disk-full'] }).happened).toContain(
    '87.7 MB are needed, 1.00 kB are free',
  )
})

test('a library that is being moved is told apart from one that another program works on', () => {
  expect(errorTextOf({ code: 'busy', details: { what: 'library', moving: true } }).happened).toContain('being moved')
  expect(errorTextOf({ code: 'busy', details: { what: 'library' } }).happened).toContain('Another Orbital')
  const listed = errorTextOf({ code: 'busy', details: { what: 'library', holder: 'model==1.0.0', isListed: true } })
  expect(listed.happened).toBe('model==1.0.0 is using this library.')
  const open = errorTextOf({ code: 'busy', details: { what: 'folder', openIn: 'C:\\models' } })
  expect(open.happened).toContain('C:\\models open')
  expect(open.todo).toContain('Close the programs')
  expect(errorTextOf({ code: 'past-cancel', details: { ref: 'My library', kind: 'move' } }).happened).toContain(
    'folder',
  )
})

test('who took a version back, when and why is told to who wants it and to who publishes it again', () => {
  const facts = { by: 'Ana', when: '2026-01-02T03:04:05Z', why: 'Wrong labels' }
  const missing = errorTextOf({
    code: 'package-not-found',
    details: { spec: ref, where: 'Team', withdrawn: facts },
  })
  expect(missing.happened).toBe(`${ref} was withdrawn from Team by Ana on 2026-01-02 at 03:04 UTC: “Wrong labels”.`)
  const taken = errorTextOf({
    code: 'version-published',
    details: { ref, where: 'Team', publishedBy: 'Ana', publishedAt: facts.when, why: facts.why, reason: 'withdrawn' },
  })
  expect(taken.happened).toContain('by Ana on 2026-01-02 at 03:04 UTC: “Wrong labels”. Its number')
})

test('how much is wrong with an installed version is said as it is', () => {
  const textOf = (more: Partial<ErrorDetails['file-damaged']>) =>
    errorTextOf({ code: 'file-damaged', details: { ref, path: 'a.txt', ...more } })
  expect(textOf({ wrong: 1, right: 2 })).toMatchObject({
    happened: `a.txt of ${ref} was changed after it was installed.`,
    safe: 'The other files are as published.',
  })
  expect(textOf({ isMissing: true, wrong: 1, right: 2 }).happened).toBe(
    `a.txt of ${ref} was deleted after it was installed.`,
  )
  expect(textOf({ wrong: 3, right: 2 }).happened).toContain('3 files of')
  for (const facts of [{ wrong: 1, right: 0 }, {}]) expect(textOf(facts).safe).toBe('Nothing was changed.')
})

test('a folder that is gone is named with what it was for, and no publishing is advised', () => {
  const text = errorTextOf({ code: 'not-a-folder', details: { path, use: 'connection', name: 'Team' } })
  expect(text.happened).toBe(`The folder of the connection “Team” is not there now: ${path}.`)
  expect(text.todo).toContain('network share')
})

test('what stands in the way on this disk is no fault of a publisher', () => {
  const details = { path, reason: 'It is a symbolic link.', isHere: true }
  expect(errorTextOf({ code: 'path-not-allowed', details }).todo).not.toContain('publisher')
})

test('a full disk promises no resume to what can’t be resumed', () => {
  expect(errorTextOf({ code: 'disk-full', details: { path } }).todo).not.toContain('then resume')
})

test('keys of a store are said as packages', () => {
  const key = 'models/digits-1.0.0/archive.gz'
  for (const code of ['object-not-found', 'precondition-failed'] as const)
    expect(errorTextOf({ code, details: { key } }).happened).toMatch(/^(?!.*archive).*digits-1\.0\.0/)
})

test('what a package file is instead is said', () => {
  const of = (is?: string) =>
    errorTextOf({ code: 'not-a-package-file', details: { path, reason: 'It is empty.', ...(is ? { is } : {}) } })
      .happened
  expect(of('an empty file (0 B)')).toBe(`${path} is not a package file but an empty file (0 B).`)
  expect(of()).toBe(`${path} is not a whole package file: It is empty.`)
})
