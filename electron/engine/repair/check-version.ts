import type { Manifest, ManifestFile, PackageRef } from '../../../shared/model/package.ts'
import type { Library } from '../library/library.ts'
import type { TreeReport } from '../library/verify.ts'
import type { MetaMark } from '../library/version-facts.ts'
import type { JournalRecord, TransferTask } from '../transfers/transfer-runner.ts'

/**
 * Reads every file of an installed version and compares it with its checksum, as part of a transfer that may be stopped:
 *  1. Record `check.bound`: which tree it is. Another one than in earlier runs → what they found is of a tree that is gone.
 *  2. Group by group (files of about 1 GiB) the files are hashed, in a thread. Record `check.group`: what was wrong in it. A group that an earlier
 *     run has recorded is not read again.
 *  3. What lies in the folder beside them is looked up anew.
 */
export async function checkVersion(
  task: TransferTask,
  library: Library,
  ref: PackageRef,
  options: { readonly groupBytes?: number } = {},
): Promise<TreeReport> {
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
  for (const [group, files] of groupFiles(manifest.files, options.groupBytes ?? aboutGiB).entries()) {
    let found = before.get(group)
    counters.reset({ receivedBytes: doneBytes, settledBytes: doneBytes })
    if (found === undefined) {
      const onBytes = (bytes: number) => {
        counters.addReceived(bytes)
        counters.addSettled(bytes)
      }
      const report = await library.verifyAgainst({ ...manifest, files }, { signal, onBytes })
      listed = report.extra
      found = { kind: 'check.group', group, damaged: report.damaged, missing: report.missing }
      journal.append(found)
    }
    damaged.push(...found.damaged)
    missing.push(...found.missing)
    doneBytes += sizeOf(files)
  }
  counters.reset({ receivedBytes: doneBytes, settledBytes: doneBytes })
  // 3
  listed ??= (await library.verifyAgainst({ ...manifest, files: [] }, { signal })).extra
  const named = new Set(manifest.files.map(({ path }) => path))
  const extra = listed.filter((file) => !named.has(file))
  const verifiedFiles = manifest.files.length - damaged.length - missing.length
  return { verifiedFiles, damaged, missing, extra }
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
  readonly damaged: readonly string[]
  readonly missing: readonly string[]
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
