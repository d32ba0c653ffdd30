import { createHash } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Manifest, ManifestFile, PackageRef } from '../../../shared/model/package.ts'
import type { Library } from '../library/library.ts'
import type { TreeReport } from '../library/verify.ts'
import type { MetaMark } from '../library/version-facts.ts'
import type { Clock, Disk } from '../ports.ts'
import type { JournalRecord, TransferTask } from '../transfers/transfer-runner.ts'

/** Of a report: since when its oldest reading holds, and how many files an earlier run has read. */
export interface CheckReport extends TreeReport {
  readonly readAtMs: number
  readonly earlierFiles: number
}

/**
 * Reads every file of an installed version and compares it with its checksum, as part of a transfer that may be stopped:
 *  1. Record `check.bound`: which tree it is. Another one than in earlier runs → what they found is of a tree that is gone.
 *  2. Group by group (files of about 1 GiB) the files are hashed, in a thread. Record `check.group`: what was wrong in it, when, and how its files
 *     looked before (size, time, inode). A group that an earlier run has recorded less than a day ago, and whose files look the same, is not read again.
 *  3. What lies in the folder beside them is looked up anew, once: with the first group that is read, or by itself.
 */
export async function checkVersion(
  task: TransferTask,
  library: Library,
  ref: PackageRef,
  deps: { readonly disk: Disk; readonly clock: Clock; readonly groupBytes?: number },
): Promise<CheckReport> {
  const { disk, clock } = deps
  const manifest = library.manifest(ref)
  const { counters, journal, signal } = task
  // 1
  const mark = markOf(library, ref)
  const isBound = isSameMark(
    journal.records.findLast(({ kind }) => kind === 'check.bound'),
    mark,
  )
  const before = isBound ? groupsOf(journal.records) : new Map<number, GroupRecord>()
  if (!isBound) journal.append({ kind: 'check.bound', ...mark })
  // 2
  const damaged: string[] = []
  const missing: string[] = []
  let listed: readonly string[] | undefined
  let doneBytes = 0
  let readAtMs = clock.now()
  let earlierFiles = 0
  for (const [group, files] of groupFiles(manifest.files, deps.groupBytes ?? aboutGiB).entries()) {
    const looks = await looksOf(disk, library.pathOf(ref), files)
    const known = before.get(group)
    const isFresh = known !== undefined && known.looks === looks && isRecent(known.atMs, clock.now())
    counters.reset({ receivedBytes: doneBytes, settledBytes: doneBytes })
    let found: Pick<GroupRecord, 'damaged' | 'missing'>
    if (isFresh) {
      found = known
      readAtMs = Math.min(readAtMs, known.atMs)
      earlierFiles += files.length
    } else {
      const onBytes = (bytes: number) => {
        counters.addReceived(bytes)
        counters.addSettled(bytes)
      }
      const atMs = clock.now()
      const leavesExtraOut = listed !== undefined
      const report = await library.verifyAgainst({ ...manifest, files }, { signal, onBytes, leavesExtraOut })
      listed ??= report.extra
      found = report
      const { damaged, missing } = report
      journal.append({ kind: 'check.group', group, looks, atMs, damaged, missing } satisfies GroupRecord)
    }
    damaged.push(...found.damaged)
    missing.push(...found.missing)
    doneBytes += sizeOf(files)
  }
  counters.reset({ receivedBytes: doneBytes, settledBytes: doneBytes })
  // 3
  listed ??= (await library.verifyAgainst({ ...manifest, files: [] }, { signal })).extra
  const named = new Set(manifest.files.map((file) => file.path))
  const extra = listed.filter((file) => !named.has(file))
  const verifiedFiles = manifest.files.length - damaged.length - missing.length
  return { verifiedFiles, damaged, missing, extra, readAtMs, earlierFiles }
}

/** What it is that was checked: another mark means another tree. */
export const markOf = (library: Library, ref: PackageRef): MetaMark => {
  const { metaSha256 = '', metaModifiedMs = 0 } = library.facts(ref) ?? {}
  return { metaSha256, metaModifiedMs }
}

const aboutGiB = 1024 ** 3

interface GroupRecord extends JournalRecord {
  readonly kind: 'check.group'
  readonly group: number
  readonly looks: string
  readonly atMs: number
  readonly damaged: readonly string[]
  readonly missing: readonly string[]
}

const dayMs = 24 * 3600 * 1000
/** A clock that was set back tells nothing. */
const isRecent = (atMs: number, nowMs: number): boolean => atMs <= nowMs && nowMs - atMs < dayMs

/** What can be seen of files without reading them: other files look otherwise, and so does what was written since. */
async function looksOf(disk: Disk, folder: string, files: readonly ManifestFile[]): Promise<string> {
  const hash = createHash('sha256')
  for (const [index, { path: name }] of files.entries()) {
    if (index % 256 === 255) await setImmediate()
    const { kind, sizeBytes, modifiedMs, inode } = disk.facts(path.join(folder, ...name.split('/'))) ?? {}
    hash.update(`${name}\n${kind} ${sizeBytes} ${modifiedMs} ${inode}\n`)
  }
  return hash.digest('hex')
}

/** Those since the tree that is bound last. */
function groupsOf(records: readonly JournalRecord[]): Map<number, GroupRecord> {
  const since = records.findLastIndex(({ kind }) => kind === 'check.bound')
  const groups = records.slice(since).filter(({ kind }) => kind === 'check.group') as GroupRecord[]
  return new Map(groups.map((record) => [record.group, record]))
}

const isSameMark = (record: JournalRecord | undefined, mark: MetaMark): boolean =>
  record?.metaSha256 === mark.metaSha256 && record.metaModifiedMs === mark.metaModifiedMs

const sizeOf = (files: Manifest['files']): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** In the order of the manifest, each group at least so large but the last. */
function groupFiles(files: Manifest['files'], groupBytes: number): ManifestFile[][] {
  const groups: ManifestFile[][] = []
  let bytes = groupBytes
  for (const file of files) {
    if (bytes >= groupBytes) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(file)
    bytes += file.sizeBytes
  }
  return groups
}
