import type { WireError } from '../../shared/errors.ts'
import type { Progress, Transfer } from '../../shared/model/transfer.ts'
import { errorTextOf } from '../../shared/text/errors.ts'

/**
 * What a command prints. For people: lines on stdout, progress and errors on stderr. With `--json`: one document on stdout, or, where
 * there is progress, JSON lines `{type: "progress"|"result"|"error", …}`; errors are always such a line. Quiet: no progress, and of the rest
 * what --json prints, and errors.
 */
export interface Output {
  readonly json: boolean
  /** A line for people; nothing with --json. */
  line(text?: string): void
  /** The bare answer of commands like `path`: on stdout in either mode without --json. */
  bytes(bytes: Uint8Array | string): void
  /** The document of a command; `lines` for people. */
  result(document: unknown, lines: readonly string[]): void
  /** As `result`, of what was done before an error, which then doesn't say that nothing was changed. With --json a line, as the error is. */
  partial(document: readonly unknown[], lines: readonly string[]): void
  /** With --json: the same document as `result` would print of a list, in pieces, each written before the next is made: it may be long. */
  list(items: readonly object[]): Promise<void>
  warn(text: string): void
  progress(transfer: Transfer, progress: Progress): void
  /** Work that is no transfer, for people: `what` is being done. Elsewhere than on a terminal only long work is told of. */
  work(what: string, done: { readonly doneBytes: number; readonly totalBytes: number }): void
  /** Ends a progress line on a terminal. */
  endProgress(): void
  error(error: WireError): void
}

export interface Terminal {
  readonly stdout: (text: string | Uint8Array) => void
  /** Resolves when all that stdout was given is written, or never will be. */
  readonly written: () => Promise<void>
  readonly stderr: (text: string) => void
  /** Columns, where stderr is a terminal. */
  readonly columns: number | undefined
}

const listPieceLength = 64 * 1024

export function createOutput(
  terminal: Terminal,
  options: { readonly json: boolean; readonly quiet: boolean; readonly verbose: boolean },
): Output {
  const { json, quiet, verbose } = options
  let hasProgressLine = false
  let streams = false
  let isPartial = false
  let lastPlainStep = ''
  const jsonLine = (value: unknown) => terminal.stdout(`${jsonOf(value)}\n`)
  const clear = () => {
    if (hasProgressLine) terminal.stderr('\r\u001b[K')
    hasProgressLine = false
  }
  return {
    json,
    line(text = '') {
      clear()
      if (!json && !quiet) terminal.stdout(`${withoutControls(text)}\n`)
    },
    bytes: (bytes) => terminal.stdout(bytes),
    result(document, lines) {
      clear()
      if (json && streams)
        jsonLine({ type: 'result', ...(Array.isArray(document) ? { items: document } : (document as object)) })
      else if (json) terminal.stdout(`${jsonOf(document, 2)}\n`)
      else if (!quiet) for (const line of lines) terminal.stdout(`${withoutControls(line)}\n`)
    },
    partial(document, lines) {
      streams = true
      this.result(document, lines)
      isPartial = true
    },
    async list(items) {
      if (streams || items.length === 0) return this.result(items, [])
      let text = '['
      for (const [at, item] of items.entries()) {
        text += `${at === 0 ? '' : ','}\n  ${jsonOf(item, 2).replaceAll('\n', '\n  ')}`
        if (text.length < listPieceLength) continue
        terminal.stdout(text)
        text = ''
        await terminal.written()
      }
      terminal.stdout(`${text}\n]\n`)
    },
    warn(text) {
      clear()
      if (!json && !quiet) terminal.stderr(`Note: ${withoutControls(text)}\n`)
    },
    progress(transfer, progress) {
      if (quiet) return
      streams = true
      if (json) {
        jsonLine({
          type: 'progress',
          transferId: transfer.id,
          kind: transfer.kind,
          ...transfer.ref,
          state: transfer.state.kind,
          ...progress,
        })
      } else if (terminal.columns !== undefined) {
        terminal.stderr(`\r\u001b[K${barOf(factsOf(transfer, progress), progress, terminal.columns)}`)
        hasProgressLine = true
      } else {
        const bytes = shownBytes(transfer, progress)
        const percent = progress.totalBytes === 0 ? 0 : Math.floor((10 * bytes) / progress.totalBytes) * 10
        const step = `${transfer.id} ${transfer.state.kind} ${percent}`
        if (step !== lastPlainStep) terminal.stderr(`${factsOf(transfer, progress)}\n`)
        lastPlainStep = step
      }
    },
    work(what, { doneBytes, totalBytes }) {
      if (json || quiet || totalBytes === 0) return
      const facts = `${what}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
      if (terminal.columns !== undefined) {
        const progress = { settledBytes: doneBytes, receivedBytes: doneBytes, totalBytes }
        terminal.stderr(`\r\u001b[K${barOf(facts, progress, terminal.columns)}`)
        hasProgressLine = true
        return
      }
      const step = `${what} ${Math.floor((10 * doneBytes) / totalBytes)}`
      if (totalBytes >= longWorkBytes && step !== lastPlainStep) terminal.stderr(`${facts}\n`)
      lastPlainStep = step
    },
    endProgress: clear,
    error(error) {
      clear()
      const text = errorTextOf(error as never)
      const told = isPartial ? { ...text, safe: '' } : text
      if (json) return jsonLine({ type: 'error', code: error.code, details: error.details, ...told })
      const { happened, safe, todo } = told
      terminal.stderr(`orbital: ${withoutControls(happened)}\n`)
      for (const each of [safe, todo]) if (each !== '') terminal.stderr(`  ${withoutControls(each)}\n`)
      if (verbose) terminal.stderr(`  (${error.code} ${jsonOf(error.details)})\n`)
    },
  }
}

/** Texts of other people may hold what moves the cursor, or turns the direction of what follows. */
const controls = /(?![\n\t])\p{Cc}|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu
export const withoutControls = (text: string): string => text.replace(controls, '')

/** The same value, with them escaped: JSON's own escapes leave some as they are. */
const jsonOf = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    controls,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const words = {
  install: ['Installing', 'verified'],
  publish: ['Publishing', 'sent'],
  verify: ['Verifying', 'verified'],
  repair: ['Repairing', 'done'],
  export: ['Exporting', 'written'],
  move: ['Moving', 'verified'],
} as const

/** `fraud_scorer 4.3.1`; of a move the library's name. */
export const subjectOf = ({ ref, title }: Pick<Transfer, 'ref' | 'title'>): string =>
  ref === undefined ? title : `${ref.name} ${ref.version}`

/** Installing counts what is verified; publishing what is sent (the store confirms whole parts, and a small model is one), exporting what is written. */
const shownBytes = ({ kind }: Transfer, { settledBytes, receivedBytes }: Progress): number =>
  kind === 'publish' || kind === 'export' ? receivedBytes : settledBytes

const heldWords = {
  install: ['received', 'verified'],
  publish: ['sent', 'confirmed by the store'],
  verify: ['read', 'compared'],
  repair: ['read', 'done'],
  export: ['written', 'done'],
  move: ['copied', 'verified'],
} as const

/** How far a transfer is or was: `12.0 MB sent, 0 B confirmed by the store, of 30.0 MB`; in one figure where both are the same. */
export function bytesOf({ kind, progress }: Pick<Transfer, 'kind' | 'progress'>): string {
  const { settledBytes, receivedBytes, totalBytes } = progress
  const total = `of ${formatBytes(totalBytes)}`
  if (settledBytes === receivedBytes) return `${formatBytes(settledBytes)} ${total}`
  const [came, settled] = heldWords[kind]
  return `${formatBytes(receivedBytes)} ${came}, ${formatBytes(settledBytes)} ${settled}, ${total}`
}

/** `Installing fraud_scorer 4.3.1: 2.88 GB verified of 4.37 GB, 38.4 MB/s, 33 s left` */
function factsOf(transfer: Transfer, progress: Progress): string {
  const [verb, unit] = words[transfer.kind]
  const { state } = transfer
  const isPlain = state.kind === 'transferring' || (state.kind === 'verifying' && transfer.kind === 'verify')
  const standing = isPlain ? '' : `, ${state.kind === 'stalled' ? 'stalled' : state.kind}`
  const speed = progress.bytesPerSecond > 0 ? `, ${formatBytes(progress.bytesPerSecond)}/s` : ''
  const left = progress.secondsLeft === undefined ? '' : `, ${formatSeconds(progress.secondsLeft)} left`
  const again =
    progress.again === undefined
      ? ''
      : `, going over ${formatBytes(progress.again.doneBytes)} of ${formatBytes(progress.again.totalBytes)} again`
  return `${verb} ${withoutControls(subjectOf(transfer))}: ${formatBytes(shownBytes(transfer, progress))} ${unit} of ${formatBytes(progress.totalBytes)}${again}${speed}${left}${standing}`
}

/** About a second of reading. */
const longWorkBytes = 500_000_000

function barOf(
  facts: string,
  progress: Pick<Progress, 'settledBytes' | 'receivedBytes' | 'totalBytes'>,
  columns: number,
): string {
  const room = columns - facts.length - 4
  if (room < 10) return facts.slice(0, columns - 1)
  const width = Math.min(room, 40)
  const share = (bytes: number) => (progress.totalBytes === 0 ? 0 : Math.floor((width * bytes) / progress.totalBytes))
  const settled = share(progress.settledBytes)
  const received = Math.max(settled, share(progress.receivedBytes))
  return `${facts} ${'█'.repeat(settled)}${'▒'.repeat(received - settled)}${'░'.repeat(width - received)}`
}

/** Three significant figures, powers of ten: `87.7 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${units[unit]}`
}

/** `1 file`, `2 files` */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const formatSeconds = (seconds: number): string =>
  seconds < 90 ? `${seconds} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`

/** Rows with aligned columns; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
