import { describe, expect, it } from 'vitest'
import type { Progress, Transfer, TransferState } from '../../shared/model/transfer.ts'
import { percentText, transferTitle } from './transfer-states.ts'
import { bytesLine, type TransferWords, wordsOf } from './transfers.ts'

const nowMs = 1_000_000
const progress: Progress = {
  settledBytes: 2_880_000_000,
  receivedBytes: 3_100_000_000,
  totalBytes: 4_370_000_000,
  bytesPerSecond: 38_400_000,
  secondsLeft: 33,
}
const transfer = (state: TransferState, changes: Partial<Transfer> = {}): Transfer => ({
  id: 't',
  kind: 'install',
  ref: { name: 'query_rewriter', version: '1.2.0' },
  title: 'Query rewriter 7B',
  state,
  progress,
  createdAtMs: nowMs,
  wireBytes: 0,
  readOnly: false,
  ...changes,
})
const words = (state: TransferState, changes?: Partial<Transfer>, after?: string): TransferWords =>
  wordsOf(transfer(state, changes), { nowMs, progress, ...(after === undefined ? {} : { after }) })

describe('wordsOf', () => {
  const states: readonly (readonly [TransferState, Partial<TransferWords>])[] = [
    [{ kind: 'queued' }, { word: 'Queued', detail: 'Starts next', tone: 'plain' }],
    [{ kind: 'preparing' }, { word: 'Preparing', detail: 'Asking the store', tone: 'plain' }],
    [{ kind: 'transferring' }, { word: 'Transferring', detail: '38.4 MB/s, 33 s left', tone: 'strong' }],
    [
      { kind: 'stalled', sinceMs: nowMs - 14_000 },
      { word: 'Stalled for 14 s', tone: 'warn' },
    ],
    [
      { kind: 'reconnecting', attempt: 3, nextTryAtMs: nowMs + 4_000 },
      { word: 'Reconnecting', detail: 'Third try in 4 s', tone: 'plain' },
    ],
    [{ kind: 'verifying' }, { word: 'Verifying', detail: 'All received, 33 s left', tone: 'strong' }],
    [{ kind: 'finishing' }, { word: 'Finishing', detail: 'The last step' }],
    [
      { kind: 'finishing', isHeld: true },
      { word: 'Finishing', detail: expect.stringContaining('Waits for a program that has files of'), tone: 'warn' },
    ],
    [
      { kind: 'paused', reason: 'by-person' },
      { word: 'Paused', detail: 'By you', tone: 'plain' },
    ],
    [
      { kind: 'paused', reason: 'interrupted' },
      { word: 'Paused', detail: 'It was interrupted', tone: 'warn' },
    ],
    [
      { kind: 'paused', reason: 'disk-full' },
      { detail: 'The disk is full', tone: 'warn' },
    ],
    [
      { kind: 'paused', reason: 'sign-in' },
      { detail: 'Your sign-in ended', tone: 'warn' },
    ],
    [
      { kind: 'paused', reason: 'store-unreachable' },
      { detail: 'The store can’t be reached', tone: 'warn' },
    ],
    [{ kind: 'cancelling' }, { word: 'Cancelling' }],
    [{ kind: 'cancelled' }, { word: 'Cancelled' }],
    [
      { kind: 'failed', error: { code: 'archive-mismatch', details: { ref: 'a==1.0.0' } } },
      { word: 'Failed', tone: 'danger' },
    ],
    [{ kind: 'done' }, { word: 'Done', tone: 'plain' }],
  ]
  it.each(states.map(([state, expected]) => ({ name: JSON.stringify(state), state, expected })))(
    'has words for $name',
    ({ state, expected }) => {
      const found = words(state)
      expect(found).toMatchObject(expected)
      expect(found.detail).not.toBe('')
    },
  )
  it('says what is ahead in the queue', () => {
    expect(words({ kind: 'queued' }, {}, 'Query rewriter').detail).toBe('After Query rewriter')
  })
  it('never says a time that is past, nor 0 s', () => {
    expect(words({ kind: 'reconnecting', attempt: 1, nextTryAtMs: nowMs - 5_000 }).detail).toBe('First try now')
    expect(words({ kind: 'stalled', sinceMs: nowMs + 500 }).word).toBe('Stalled for 1 s')
    expect(words({ kind: 'reconnecting', attempt: 12, nextTryAtMs: nowMs + 60_000 }).detail).toBe('Try 12 in 60 s')
  })
  it('says why a pause waits for the person when it knows', () => {
    const error = { code: 'sign-in-expired', details: { connection: 'Research' } } as const
    expect(words({ kind: 'paused', reason: 'sign-in', error }).detail).toBe('The sign-in for Research has expired.')
  })
})

describe('what is named', () => {
  it('says of each kind what is done', () => {
    const kinds = ['install', 'publish', 'verify', 'repair', 'export'] as const
    expect(kinds.map((kind) => transferTitle(transfer({ kind: 'queued' }, { kind })))).toEqual([
      'Query rewriter 7B 1.2.0',
      'Publish Query rewriter 7B 1.2.0',
      'Verify Query rewriter 7B 1.2.0',
      'Repair Query rewriter 7B 1.2.0',
      'Save Query rewriter 7B 1.2.0 as a file',
    ])
  })
  it('says what came of a verify, a repair and an export', () => {
    const line = (kind: Transfer['kind'], outcome: Transfer['outcome']) =>
      bytesLine(transfer({ kind: 'done' }, { kind, outcome }), progress)
    expect(line('verify', { badFiles: 0, extraFiles: 0 })).toBe('Verified, 4.37 GB')
    expect(line('verify', { badFiles: 0, extraFiles: 0, earlierFiles: 2 })).toBe(
      'Verified, 4.37 GB, 2 files of it before it was interrupted',
    )
    expect(line('verify', { badFiles: 1, extraFiles: 2 })).toBe('1 file changed or missing')
    expect(line('verify', { badFiles: 0, extraFiles: 1 })).toBe('Verified, with 1 file that is no part of it')
    expect(line('verify', { badFiles: 0, extraFiles: 2 })).toBe('Verified, with 2 files that are no part of it')
    expect(line('repair', { badFiles: 2, extraFiles: 0, downloadBytes: 3_000_000 })).toBe(
      'Repaired, 3.00 MB downloaded',
    )
    expect(line('repair', { badFiles: 0, extraFiles: 0 })).toBe('Nothing had to be repaired')
    expect(line('export', { sizeBytes: 62_000_000 })).toBe('Saved, 62.0 MB')
  })
})

describe('percentText', () => {
  it('never says 100 of what is not done', () => {
    expect([0, 1_500, 1_999, 2_000].map((settledBytes) => percentText({ settledBytes, totalBytes: 2_000 }))).toEqual([
      '0 %',
      '75 %',
      '99 %',
      '99 %',
    ])
  })
})

describe('what is gone over again after a stop', () => {
  const again = { doneBytes: 120e6, totalBytes: 300e6 }
  const said = (kind: Transfer['kind'], state: TransferState) =>
    wordsOf(transfer(state, { kind }), { nowMs, progress: { ...progress, again } }).detail
  it('is said in place of the speed', () => {
    expect(said('verify', { kind: 'verifying' })).toBe('Reading 120 MB of 300 MB again, 33 s left')
    expect(said('export', { kind: 'transferring' })).toBe('Going over 120 MB of 300 MB again, 33 s left')
    expect(said('install', { kind: 'transferring' })).toBe('Going over 120 MB of 300 MB again, 33 s left')
  })
})

describe('a transfer of another process', () => {
  it('says so, and no progress that it can’t know', () => {
    expect(words({ kind: 'transferring' }, { readOnly: true })).toEqual({
      word: 'Running',
      detail: 'In another Orbital',
      tone: 'plain',
    })
    expect(words({ kind: 'paused', reason: 'by-person' }, { readOnly: true }).detail).toBe('In another Orbital')
    expect(bytesLine(transfer({ kind: 'transferring' }, { readOnly: true }), progress)).toMatch(/^4\.37 GB in all/)
  })
})

describe('bytesLine', () => {
  it('says verified of an install, confirmed of a publish', () => {
    expect(bytesLine(transfer({ kind: 'transferring' }), progress)).toBe('2.88 GB verified of 4.37 GB')
    expect(bytesLine(transfer({ kind: 'transferring' }, { kind: 'publish' }), progress)).toBe(
      '2.88 GB confirmed of 4.37 GB',
    )
  })
  it('says what was sent of a publish until the store confirms a first part', () => {
    const publish = transfer({ kind: 'transferring' }, { kind: 'publish' })
    const sending = { ...progress, settledBytes: 0, receivedBytes: 3_200_000, totalBytes: 6_700_000 }
    expect(bytesLine(publish, sending)).toBe('3.20 MB sent of 6.70 MB')
  })
  it('says what came of it', () => {
    const done = transfer({ kind: 'done' }, { outcome: { reusedBytes: 62_000_000 } })
    expect(bytesLine(done, { ...progress, totalBytes: 360_000_000 })).toBe('Installed, 360 MB, of which 62.0 MB reused')
    expect(bytesLine(transfer({ kind: 'done' }, { kind: 'publish', outcome: { alreadyThere: true } }), progress)).toBe(
      'The same content was there already',
    )
    expect(bytesLine(transfer({ kind: 'cancelled' }), progress)).toBe('Nothing was installed')
  })
})
