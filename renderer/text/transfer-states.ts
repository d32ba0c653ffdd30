import { assertNever } from '../../shared/errors.ts'
import type { PauseReason, Progress, Transfer, TransferState } from '../../shared/model/transfer.ts'
import { withVersion } from '../../shared/text/isolate.ts'
import { formatDuration, formatSize, formatSpeed, percentOf } from './units.ts'

/** The one word of a state. */
export function stateWord(state: TransferState): string {
  switch (state.kind) {
    case 'queued':
      return 'Queued'
    case 'preparing':
      return 'Preparing'
    case 'transferring':
      return 'Transferring'
    case 'stalled':
      return 'Stalled'
    case 'reconnecting':
      return 'Reconnecting'
    case 'verifying':
      return 'Verifying'
    case 'finishing':
      return 'Finishing'
    case 'paused':
      return 'Paused'
    case 'cancelling':
      return 'Cancelling'
    case 'cancelled':
      return 'Cancelled'
    case 'failed':
      return 'Failed'
    case 'done':
      return 'Done'
    default:
      return assertNever(state)
  }
}

const pauseTexts: { readonly [R in PauseReason]: string } = {
  'by-person': 'By you',
  interrupted: 'It was interrupted',
  'disk-full': 'The disk is full',
  'sign-in': 'Your sign-in ended',
  'store-unreachable': 'The store can’t be reached',
}
export const pauseText = (reason: PauseReason): string => pauseTexts[reason]

/** True where a person must do something before it goes on: shown in amber. */
export const waitsForPerson = (state: TransferState): boolean => state.kind === 'paused' && state.reason !== 'by-person'

/**
 * `2.88 GB verified of 4.37 GB`; an upload's bytes are confirmed, part by part: until the first part is, which may be all of a small model,
 * the line says what was sent.
 */
export function bytesText(
  kind: Transfer['kind'],
  { settledBytes, receivedBytes, totalBytes }: Pick<Progress, 'settledBytes' | 'receivedBytes' | 'totalBytes'>,
): string {
  const of = `of ${formatSize(totalBytes)}`
  if (kind === 'export') return `${formatSize(receivedBytes)} written ${of}`
  if (kind === 'repair') return `${formatSize(settledBytes)} done ${of}`
  if (kind !== 'publish') return `${formatSize(settledBytes)} verified ${of}`
  if (settledBytes === 0 && receivedBytes > 0) return `${formatSize(receivedBytes)} sent ${of}`
  return `${formatSize(settledBytes)} confirmed ${of}`
}

/** `38.4 MB/s, 33 s left`; empty while nothing moves. */
export function speedText({ bytesPerSecond, secondsLeft }: Progress): string {
  if (bytesPerSecond <= 0) return ''
  const speed = formatSpeed(bytesPerSecond)
  return secondsLeft === undefined ? speed : `${speed}, ${formatDuration(secondsLeft)} left`
}

/** Of what is not done yet, so never 100. */
export const percentText = ({ settledBytes, totalBytes }: Pick<Progress, 'settledBytes' | 'totalBytes'>): string =>
  `${Math.min(99, percentOf(settledBytes, totalBytes))} %`

const kindWords: { readonly [K in Transfer['kind']]: string } = {
  install: 'Install',
  publish: 'Publish',
  verify: 'Verify',
  repair: 'Repair',
  export: 'Save',
  move: 'Move',
}
/** `Publish Call transcriber 1.4.0`, `Save Call transcriber 1.4.0 as a file`. */
export const transferTitle = (transfer: Pick<Transfer, 'kind' | 'title' | 'ref'>): string =>
  transfer.kind === 'install'
    ? subjectOf(transfer)
    : `${kindWords[transfer.kind]} ${subjectOf(transfer)}${transfer.kind === 'export' ? ' as a file' : ''}`

const subjectOf = ({ title, ref }: Pick<Transfer, 'title' | 'ref'>): string =>
  ref === undefined ? title : withVersion(title, ref.version)

const spokenKinds: { readonly [K in Transfer['kind']]: string } = { ...kindWords, export: 'Copy as a file' }

/** A sentence for a screen reader: `Install of Churn predictor 1.4.0: done`. */
export const spokenState = (transfer: Transfer): string =>
  `${spokenKinds[transfer.kind]} of ${subjectOf(transfer)}: ${stateWord(transfer.state).toLowerCase()}`
