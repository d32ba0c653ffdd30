import path from 'node:path'
import { type Transfer, type TransferState, transfer } from '../../../shared/model/transfer.ts'
import { isEnded } from '../../../shared/model/transfer-standing.ts'
import type { JournalRecord, NewTransfer, Outcome, Pace } from './transfer-runner.ts'

/**
 * What the queue itself writes into a transfer's journal, beside the runner's records:
 * `transfer` (the first record), `transfer.state` (what a restart must know, with the progress to start from), `transfer.pace` (as asked for since).
 */
export interface StartRecord extends JournalRecord {
  readonly kind: 'transfer'
  readonly format: 1
  readonly id: string
  readonly createdAtMs: number
  readonly start: Omit<NewTransfer, 'journalParent'>
}
export interface StateRecord extends JournalRecord {
  readonly kind: 'transfer.state'
  readonly state: TransferState
  readonly receivedBytes: number
  readonly settledBytes: number
  readonly wireBytes: number
  readonly endedAtMs?: number
  readonly outcome?: Outcome
}

export interface PaceRecord extends JournalRecord {
  readonly kind: 'transfer.pace'
  readonly pace: Pace
}

/** As it was asked for last. */
export const paceOf = (records: readonly JournalRecord[]): Pace =>
  (records.findLast(({ kind }) => kind === 'transfer.pace') as PaceRecord | undefined)?.pace ??
  (records[0] as StartRecord | undefined)?.start.pace ??
  {}

export const isQueueRecord = (record: JournalRecord): boolean =>
  record.kind === 'transfer' || record.kind.startsWith('transfer.')

/**
 * A transfer as the journal in a folder tells it; undefined when it tells none, or one of another id than its folder (a library may come from
 * anybody, and the id becomes part of a path). What was running when the journal ends was interrupted.
 */
export function transferOf(folder: string, records: readonly JournalRecord[], readOnly: boolean): Transfer | undefined {
  const first = records[0] as StartRecord | undefined
  if (first?.kind !== 'transfer' || first.id !== path.basename(folder)) return undefined
  return transfer.safeParse(toldBy(first, records, readOnly)).data
}

/** What is being cancelled stays that: all that is left to do is to discard it. */
const keptStates: ReadonlySet<TransferState['kind']> = new Set(['paused', 'cancelling'])

function toldBy(first: StartRecord, records: readonly JournalRecord[], readOnly: boolean): Transfer {
  const last = records.findLast((record) => record.kind === 'transfer.state') as StateRecord | undefined
  const state = last?.state ?? { kind: 'queued' as const }
  const settled = last?.settledBytes ?? 0
  const { start } = first
  return {
    id: first.id,
    kind: start.kind,
    ...(start.ref === undefined ? {} : { ref: start.ref }),
    title: start.title,
    ...(start.connectionId === undefined ? {} : { connectionId: start.connectionId }),
    ...(start.libraryId === undefined ? {} : { libraryId: start.libraryId }),
    ...(start.file === undefined ? {} : { file: start.file }),
    state: readOnly || isEnded(state) || keptStates.has(state.kind) ? state : { kind: 'paused', reason: 'interrupted' },
    progress: {
      settledBytes: settled,
      receivedBytes: Math.max(settled, last?.receivedBytes ?? 0),
      totalBytes: start.totalBytes,
      bytesPerSecond: 0,
    },
    createdAtMs: first.createdAtMs,
    ...(last?.endedAtMs === undefined ? {} : { endedAtMs: last.endedAtMs }),
    wireBytes: last?.wireBytes ?? 0,
    readOnly,
    ...(last?.outcome === undefined ? {} : { outcome: last.outcome }),
  }
}

/** What a restart must know of a transfer as it is now. */
export const stateRecordOf = ({ state, progress, wireBytes, endedAtMs, outcome }: Transfer): StateRecord => ({
  kind: 'transfer.state',
  state,
  receivedBytes: progress.receivedBytes,
  settledBytes: progress.settledBytes,
  wireBytes,
  ...(endedAtMs === undefined ? {} : { endedAtMs }),
  ...(outcome === undefined ? {} : { outcome }),
})
