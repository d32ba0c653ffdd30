import { assertNever, fromWire } from '../../shared/errors.ts'
import type { PauseReason, Progress, Transfer } from '../../shared/model/transfer.ts'
import { isEnded, isRunning } from '../../shared/model/transfer-standing.ts'
import { isolate } from '../../shared/text/isolate.ts'
import { briefErrorOf, shortErrorOf } from './error-view.ts'
import { bytesText, pauseText, stateWord, waitsForPerson } from './transfer-states.ts'
import { formatClock, formatCount, formatDuration, formatSize, formatSpeed, plural } from './units.ts'

export type TransferTone = 'plain' | 'strong' | 'warn' | 'danger'

/** The state of a transfer in words: one for the state, one line for what comes next or why. */
export interface TransferWords {
  readonly word: string
  readonly detail: string
  readonly tone: TransferTone
}

const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth', 'Ninth', 'Tenth']
const tryWords = (attempt: number): string => ordinals[Math.max(1, attempt) - 1]?.concat(' try') ?? `Try ${attempt}`

const secondsBetween = (fromMs: number, toMs: number): number => Math.max(0, Math.round((toMs - fromMs) / 1000))

export interface WordsContext {
  readonly nowMs: number
  readonly progress: Progress
  /** Title of the transfer that is ahead in the queue, if any. */
  readonly after?: string
}

export function wordsOf(transfer: Transfer, { nowMs, progress, after }: WordsContext): TransferWords {
  const { state, kind } = transfer
  const word = stateWord(state)
  if (transfer.readOnly && !isEnded(state))
    return { word: isRunning(state) ? 'Running' : word, detail: 'In another Orbital', tone: 'plain' }
  switch (state.kind) {
    case 'queued':
      return { word, detail: after === undefined ? 'Starts next' : `After ${isolate(after)}`, tone: 'plain' }
    case 'preparing':
      return { word, detail: preparingDetails[kind] ?? 'Asking the store', tone: 'plain' }
    case 'transferring':
      return { word, detail: againText(kind, progress) ?? paceOf(progress), tone: 'strong' }
    case 'stalled': {
      const seconds = Math.max(1, secondsBetween(state.sinceMs, nowMs))
      const detail = kind === 'publish' ? 'No bytes are going out' : 'No bytes are coming'
      return { word: `${word} for ${formatDuration(seconds)}`, detail, tone: 'warn' }
    }
    case 'reconnecting': {
      const seconds = secondsBetween(nowMs, state.nextTryAtMs)
      const when = seconds === 0 ? 'now' : `in ${formatDuration(seconds)}`
      return { word, detail: `${tryWords(state.attempt)} ${when}`, tone: 'plain' }
    }
    case 'verifying':
      return { word, detail: againText(kind, progress) ?? verifyingDetail(kind, progress), tone: 'strong' }
    case 'finishing':
      return state.isHeld === true
        ? { word, detail: `Waits for a program that has files of ${isolate(transfer.title)} open`, tone: 'warn' }
        : { word, detail: 'The last step', tone: 'plain' }
    case 'paused': {
      const detail = state.error === undefined ? pauseText(state.reason) : shortErrorOf(fromWire(state.error))
      return { word, detail, tone: waitsForPerson(state) ? 'warn' : 'plain' }
    }
    case 'cancelling':
      return { word, detail: 'Removing what it left', tone: 'plain' }
    case 'failed':
      return { word, detail: briefErrorOf(fromWire(state.error)), tone: 'danger' }
    case 'cancelled':
    case 'done':
      return { word, detail: formatClock(transfer.endedAtMs ?? transfer.createdAtMs), tone: 'plain' }
    default:
      return assertNever(state)
  }
}

/** `Reading 120 MB of 300 MB again, 2 s left`: what an earlier run had done is gone over once more, up to where that had come. */
function againText(kind: Transfer['kind'], { again, secondsLeft }: Progress): string | undefined {
  if (again === undefined) return undefined
  const left = secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft)} left`
  // An install hashes what it has, and fetches what had come and was not verified.
  const verb = kind === 'install' || kind === 'export' ? 'Going over' : 'Reading'
  return `${verb} ${formatSize(again.doneBytes)} of ${formatSize(again.totalBytes)} again${left}`
}

const preparingDetails: Partial<OfKind<string>> = {
  publish: 'Reading the files',
  verify: 'Reading the files',
  move: 'Listing the files',
}

/** `38.4 MB/s, 33 s left`. */
export function paceOf({ bytesPerSecond, secondsLeft }: Progress): string {
  if (bytesPerSecond <= 0) return 'Starting'
  const left = secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft)} left`
  return `${formatSpeed(bytesPerSecond)}${left}`
}

function verifyingDetail(kind: Transfer['kind'], { secondsLeft }: Progress): string {
  const first = kind === 'publish' ? 'All sent' : kind === 'install' ? 'All received' : 'Reading every file'
  return secondsLeft === undefined ? first : `${first}, ${formatDuration(secondsLeft)} left`
}

/** `2.88 GB verified of 4.37 GB`; before it starts what is to come; afterwards what came of it. */
export function bytesLine(transfer: Transfer, progress: Progress): string {
  const { state, kind } = transfer
  const total = formatSize(progress.totalBytes)
  if (transfer.readOnly && isRunning(state)) return `${total} in all. How far it is, is seen there`
  switch (state.kind) {
    case 'done':
      return doneLine(transfer, total)
    case 'failed':
      return unendedLines[kind].failed
    case 'cancelled':
      return unendedLines[kind].cancelled
    case 'queued':
      return progress.totalBytes === 0 ? 'Waiting' : `${total} to ${toDo[kind]}`
    case 'preparing':
      return progress.totalBytes === 0 ? 'Size not known yet' : `${total} in all`
    default:
      return bytesText(kind, progress)
  }
}

const limitWord = (bytesPerSecond: number): string => (bytesPerSecond === 0 ? 'none' : formatSpeed(bytesPerSecond))

type OfKind<T> = { readonly [K in Transfer['kind']]: T }
const toDo: OfKind<string> = {
  install: 'download',
  publish: 'send',
  verify: 'verify',
  repair: 'verify',
  export: 'write',
  move: 'copy',
}
const unendedLines: OfKind<{ readonly failed: string; readonly cancelled: string }> = {
  install: { failed: 'Nothing was changed on this computer', cancelled: 'Nothing was installed' },
  publish: { failed: 'Nothing was published', cancelled: 'Nothing was published' },
  verify: { failed: 'Nothing was changed on this computer', cancelled: 'Not all of it was verified' },
  repair: { failed: 'What was not repaired is as it was', cancelled: 'What was not repaired is as it was' },
  export: { failed: 'No file was written', cancelled: 'No file was written' },
  move: { failed: 'The library is where it was', cancelled: 'The library is where it was' },
}

function doneLine({ kind, outcome = {} }: Transfer, total: string): string {
  const {
    alreadyThere,
    reusedBytes = 0,
    badFiles = 0,
    extraFiles = 0,
    downloadBytes = 0,
    sizeBytes = 0,
    keptFiles = 0,
    earlierFiles = 0,
  } = outcome
  switch (kind) {
    case 'install':
    case 'publish': {
      if (alreadyThere === true)
        return kind === 'publish' ? 'The same content was there already' : 'It was installed already'
      const verb = kind === 'publish' ? 'Published' : 'Installed'
      return `${verb}, ${total}${reusedBytes > 0 ? `, of which ${formatSize(reusedBytes)} reused` : ''}`
    }
    case 'verify': {
      if (badFiles > 0) return `${plural(badFiles, 'file')} changed or missing`
      if (extraFiles > 0) return `Verified, with ${plural(extraFiles, 'file that is', 'files that are')} no part of it`
      return `Verified, ${total}${earlierFiles > 0 ? `, ${plural(earlierFiles, 'file')} of it before it was interrupted` : ''}`
    }
    case 'repair':
      if (badFiles === 0 && extraFiles === 0) return 'Nothing had to be repaired'
      return `Repaired, ${formatSize(downloadBytes)} downloaded`
    case 'export':
      return `Saved, ${formatSize(sizeBytes)}`
    case 'move': {
      if (keptFiles === 0) return `Moved, ${total}`
      return `Moved, ${total}. ${plural(keptFiles, 'file stays', 'files stay')} in the old folder: changed meanwhile, or not yours to delete`
    }
    default:
      return assertNever(kind)
  }
}

const pausable: OfKind<string> = {
  install: 'download',
  publish: 'upload',
  verify: 'check',
  repair: 'repair',
  export: 'saving',
  move: 'move',
}

export const transfersText = {
  title: 'Transfers',
  back: 'Back to Transfers',
  now: 'Now',
  earlier: 'Earlier',
  clearHistory: 'Clear history',
  limit: {
    /** Bytes a second; 0: none. */
    chip: (download: number, upload: number): string =>
      download === upload
        ? `Limit: ${limitWord(download)}`
        : `Limit: ${limitWord(download)} down, ${limitWord(upload)} up`,
    label: 'Speed of each transfer, also of those that run',
    none: 'No limit',
    other: 'Other, in Settings…',
  },
  /** Several rows, chosen together. */
  chosen: (count: number, bytesToGo: number): string =>
    bytesToGo > 0 ? `${plural(count, 'transfer')}, ${formatSize(bytesToGo)} to go` : plural(count, 'transfer'),
  chosenMore: (count: number): string => `and ${formatCount(count)} more`,
  some: (verb: string, count: number): string => `${verb} ${formatCount(count)}`,
  pauseAll: 'Pause all',
  resumeAll: 'Resume all',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  /** Of what failed; `bytes`: what had come of it, or was sent. */
  discardOne: (bytes: number): string => (bytes > 0 ? `Discard ${formatSize(bytes)}` : 'Discard'),
  discardSome: (count: number, bytes: number): string =>
    bytes > 0 ? `Discard ${formatCount(count)}, ${formatSize(bytes)}` : `Discard ${formatCount(count)}`,
  retry: 'Retry',
  tryNow: 'Try now',
  moveUp: 'Move up',
  moveDown: 'Move down',
  show: 'Show',
  emptyTitle: 'Nothing is on its way',
  emptyText: 'What you install or publish appears here while it runs, and stays as history.',
  emptyAction: 'Browse packages',
  atOnce: (count: number): string => (count === 1 ? '1 big transfer at a time' : `${count} big transfers at a time`),
  throughput: (down: number, up: number): string =>
    `${down > 0 ? formatSpeed(down) : '0'} down, ${up > 0 ? formatSpeed(up) : '0'} up`,
  readOnly: 'Another Orbital, a window or a command, has it. It can be paused or cancelled there.',
  toLibrary: (library: string): string =>
    `To ${isolate(library)}. Not listed as installed until every byte is verified.`,
  toFile: (file: string): string => `To ${isolate(file)}. The file is there when all of it is written.`,
  toFolder: (folder: string): string =>
    `To ${isolate(folder)}. The library is used where it is until all of it is there and verified.`,
  toConnection: (connection: string): string => `To ${isolate(connection)}. Nobody sees it until the last step.`,
  verified: 'Verified',
  confirmed: 'Confirmed by the store',
  receivedNotVerified: 'Received, not yet verified',
  sentNotConfirmed: 'Sent, not yet confirmed',
  stillToCome: 'Still to come',
  layers: ({ settledBytes, receivedBytes, totalBytes }: Progress): string =>
    `${formatSize(settledBytes)}, ${formatSize(receivedBytes)} of ${formatSize(totalBytes)}`,
  speed: 'Speed, last ten seconds',
  speedLabel: (low: number, high: number): string => `Between ${formatSpeed(low)} and ${formatSpeed(high)}`,
  files: 'Files',
  filesVerified: (count: number, of: number): string => `${formatCount(count)} of ${formatCount(of)} verified`,
  filesConfirmed: (count: number, of: number): string => `${formatCount(count)} of ${formatCount(of)} confirmed`,
  fileVerified: 'Verified',
  fileConfirmed: 'Confirmed',
  fileSent: 'Sent',
  waiting: 'Waiting',
  failedTitle: {
    install: 'It could not be installed',
    publish: 'It could not be published',
    verify: 'It could not be verified',
    repair: 'It could not be repaired',
    export: 'It could not be saved as a file',
    move: 'It could not be moved',
  },
  pausedTitle: (reason: PauseReason, kind: Transfer['kind']): string => {
    const what = pausable[kind]
    const titles: { readonly [R in PauseReason]: string } = {
      'by-person': `You paused the ${what}`,
      interrupted: `The ${what} was interrupted`,
      'disk-full': `The disk is full before the ${what} is done`,
      'sign-in': `Your sign-in ended before the ${what} did`,
      'store-unreachable': `The ${what} waits for the store`,
    }
    return titles[reason]
  },
  freeUpSpace: 'Free up space',
  otherVersions: 'See its other versions',
  lookAtConnection: 'Look at the connection',
  openFolder: 'Open folder',
  showPackage: 'Show the package',
  facts: {
    state: 'State',
    ended: 'Ended',
    started: 'Started',
    connection: 'Connection',
    library: 'Library',
    wire: 'On the wire',
    folder: 'Folder',
    file: 'File',
  },
  hints: {
    open: 'open',
    show: 'show details',
    hide: 'hide details',
    pause: 'pause',
    retry: 'retry',
    move: 'move in the queue',
  },
}
