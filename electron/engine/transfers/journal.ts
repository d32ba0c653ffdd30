import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk } from '../ports.ts'
import type { Journal, JournalRecord } from './transfer-runner.ts'

/**
 * A journal is `<folder>/journal.log`: one record a line, `<first 16 hex digits of the JSON's sha256> <JSON>\n`.
 *  1. append: one write of one line, fsynced, so that a record is whole or torn.
 *  2. Of some kinds only the last record counts: once older ones fill a megabyte, the journal is written anew without them (a store that stays away for
 *     weeks makes thousands).
 *  3. open: lines are read until the first that is not whole; what follows it is dropped, for good, before anything is appended.
 */
const fileName = 'journal.log'
const mebibyte = 1024 * 1024
const maxBytes = 64 * mebibyte
/** Leaves room for all that follows it. */
const maxFirstBytes = 48 * mebibyte
const mostOutdatedBytes = mebibyte
const lastCounts: ReadonlySet<string> = new Set(['transfer.state', 'transfer.pace'])

const checksumOf = (json: string): string => createHash('sha256').update(json).digest('hex').slice(0, 16)
const lineOf = (record: JournalRecord): string => {
  const json = JSON.stringify(record)
  return `${checksumOf(json)} ${json}\n`
}

function readRecords(bytes: Uint8Array): { readonly records: JournalRecord[]; readonly wholeBytes: number } {
  const records: JournalRecord[] = []
  let wholeBytes = 0
  while (wholeBytes < bytes.length) {
    const end = bytes.indexOf(10, wholeBytes)
    if (end < 0) break
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + wholeBytes, end - wholeBytes).toString('utf8')
    const json = line.slice(17)
    if (line[16] !== ' ' || checksumOf(json) !== line.slice(0, 16)) break
    const record = parseJson(json)
    if (typeof record !== 'object' || record === null || !('kind' in record)) break
    records.push(record as JournalRecord)
    wholeBytes = end + 1
  }
  return { records, wholeBytes }
}

/** The records of a journal that somebody else may be writing; undefined when there is none. Changes nothing. */
export function peekJournal(disk: Disk, folder: string): readonly JournalRecord[] | undefined {
  const bytes = disk.read(path.join(folder, fileName), { maxBytes })
  return bytes === undefined ? undefined : readRecords(bytes).records
}

/** Another one once it was written to. */
export function readStamp(disk: Disk, folder: string): string {
  const facts = disk.facts(path.join(folder, fileName))
  return `${facts?.sizeBytes} ${facts?.modifiedMs}`
}

export const hasJournal = (disk: Disk, folder: string): boolean =>
  disk.facts(path.join(folder, fileName))?.kind === 'file'

/** The folders below a parent that hold a journal; none when the parent isn't there. A link leads to none: a library may come from anybody. */
export const listJournals = (disk: Disk, parent: string): readonly string[] =>
  disk.facts(parent) === undefined
    ? []
    : disk
        .entries(parent)
        .filter(({ kind }) => kind === 'folder')
        .map(({ name }) => path.join(parent, name))
        .filter((folder) => hasJournal(disk, folder))

/**
 * Makes the folder (which must be new) and its first record. `synced: false`: later records may be lost with the power. `package-too-large`, said of
 * `what`, when it could not be opened again.
 */
export function createJournal(
  disk: Disk,
  folder: string,
  first: JournalRecord,
  { what = folder, ...options }: { readonly synced?: boolean; readonly what?: string } = {},
): Journal {
  const line = Buffer.from(lineOf(first))
  if (line.length > maxFirstBytes) throw new AppError('package-too-large', { what, limit: `${maxFirstBytes} bytes` })
  disk.makeFolder(path.dirname(folder))
  disk.makeNewFolder(folder)
  disk.create(path.join(folder, fileName), line)
  disk.syncFolder(path.dirname(folder))
  return journalOver(disk, folder, [first], options)
}

/** Opens it for appending; `state-damaged` when not even its first record is whole. */
export function openJournal(disk: Disk, folder: string): Journal {
  const file = path.join(folder, fileName)
  const bytes = disk.read(file, { maxBytes })
  const { records, wholeBytes } = readRecords(bytes ?? new Uint8Array())
  if (bytes === undefined || records.length === 0) throw new AppError('state-damaged', { path: file })
  if (wholeBytes < bytes.length) disk.replace(file, bytes.subarray(0, wholeBytes))
  return journalOver(disk, folder, records)
}

function journalOver(
  disk: Disk,
  folder: string,
  records: JournalRecord[],
  options: { readonly synced?: boolean } = {},
): Journal {
  const file = path.join(folder, fileName)
  const lastBytes = new Map<string, number>()
  let outdatedBytes = 0
  const count = ({ kind }: JournalRecord, lineBytes: number) => {
    outdatedBytes += lastBytes.get(kind) ?? 0
    lastBytes.set(kind, lineBytes)
  }
  for (const record of records) if (lastCounts.has(record.kind)) count(record, lineOf(record).length)

  let wholeBytes = disk.facts(file)?.sizeBytes ?? 0
  const dropOutdated = () => {
    outdatedBytes = 0
    // Somebody else has taken it over: what they wrote stays.
    if (disk.facts(file)?.sizeBytes !== wholeBytes) return
    const last = new Map(records.map((record) => [record.kind, record]))
    const kept = records.filter((record) => !lastCounts.has(record.kind) || last.get(record.kind) === record)
    const bytes = Buffer.from(kept.map(lineOf).join(''))
    disk.replace(file, bytes)
    wholeBytes = bytes.length
    records.length = 0
    for (const record of kept) records.push(record)
  }
  return {
    folder,
    records,
    append(record, more) {
      const line = Buffer.from(lineOf(record))
      disk.append(file, line, { ...options, ...more })
      wholeBytes += line.length
      records.push(record)
      if (!lastCounts.has(record.kind)) return
      count(record, line.length)
      if (outdatedBytes <= mostOutdatedBytes) return
      try {
        dropOutdated()
      } catch {
        // The record is written; a disk that is full now is asked again a megabyte later.
      }
    },
  }
}
