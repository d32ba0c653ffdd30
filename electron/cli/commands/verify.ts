import { AppError, isAppError } from '../../../shared/errors.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { UpkeepReport } from '../../../shared/model/transfer.ts'
import { usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { countOf, formatBytes } from '../output.ts'
import { limit, paceOf } from '../pace.ts'
import { connectionName, connectionOf, matchInstalled, resolve } from '../spec.ts'

/** Files as they were found, what a repair made of them, and the archive. */
interface Report extends UpkeepReport {
  readonly archive?: { readonly connectionId: string; readonly sizeBytes: number; readonly md5: string }
}

export const verify: Command = {
  name: 'verify',
  usage: '[spec…] [--repair] [--archive] [--from CONNECTION]',
  summary:
    'Read every file of installed packages again and compare it with its checksum; with --repair, mend what is wrong.',
  readsLibrary: true,
  options: [
    {
      name: 'repair',
      help: 'fetch what was changed or is missing again, and only that; move extra files to the trash',
    },
    { name: 'archive', help: 'read the archive in the store, too; with it also packages that are not installed' },
    { name: 'from', value: 'CONNECTION', help: 'where from, instead of where the package was installed from' },
    ...limit,
  ],
  async run(context) {
    const { output } = context
    const repairs = context.flag('repair')
    if (context.text('from') !== undefined && !repairs && !context.flag('archive'))
      throw usage('--from goes with --repair or --archive: without them only this computer is read.')
    if (context.text('limit') !== undefined && !repairs)
      throw usage('--limit goes with --repair: verifying reads only this computer.')
    // A mistake in it is told before anything else.
    paceOf(context)
    const reports: Report[] = []
    const failures: AppError[] = []
    for (const target of await targetsOf(context)) {
      try {
        reports.push(await verifyOne(context, target))
      } catch (error) {
        // One package that can't be mended keeps no other from being looked at.
        if (!(error instanceof AppError) || isAppError(error, 'cancelled')) throw error
        output.warn(`${target.ref.name} ${target.ref.version} could not be ${repairs ? 'repaired' : 'verified'}.`)
        failures.push(error)
      }
    }
    const stores = new Map<string, string>()
    for (const { archive } of reports)
      if (archive !== undefined) stores.set(archive.connectionId, await connectionName(context, archive.connectionId))
    output.result(
      reports,
      reports.flatMap((report) => linesOf(report, stores)),
    )
    for (const report of reports) throwIfBad(report)
    if (failures[0] !== undefined) throw failures[0]
  },
}

interface Target {
  readonly ref: PackageRef
  readonly installed?: Pick<InstalledVersion, 'libraryId' | 'fromConnectionId'>
}

async function targetsOf(context: Context): Promise<readonly Target[]> {
  const library = await context.library()
  const unreadable = await context.api.installed.unreadable({ libraryId: library.id })
  if (context.words.length === 0) {
    const all = await context.api.installed.list({ libraryId: library.id })
    const targets: Target[] = all.map((installed) => ({ ref: installed.ref, installed }))
    return [...targets, ...unreadable.map((ref) => ({ ref, installed: { libraryId: library.id } }))]
  }
  const targets: Target[] = []
  for (const word of context.words) {
    const damaged = unreadable.filter((ref) => [specOf(ref), identOf(ref), ref.name].includes(word))
    for (const ref of damaged) targets.push({ ref, installed: { libraryId: library.id } })
    try {
      for (const installed of await matchInstalled(context, word)) targets.push({ ref: installed.ref, installed })
    } catch (error) {
      if (isAppError(error, 'not-installed', 'usage') && damaged.length > 0) continue
      if (!isAppError(error, 'not-installed') || !context.flag('archive') || context.flag('repair')) throw error
      targets.push({ ref: await resolve(context, word) })
    }
  }
  return targets
}

async function verifyOne(context: Context, { ref, installed }: Target): Promise<Report> {
  const { api } = context
  const nothing: UpkeepReport = { ref, verifiedFiles: 0, damaged: [], missing: [], extra: [] }
  const libraryId = installed?.libraryId
  const files = libraryId === undefined ? nothing : await checkFiles(context, libraryId, ref)
  if (!context.flag('archive')) return files
  const from = context.text('from') ?? installed?.fromConnectionId
  const archive = await api.catalog.checkArchive(
    { ...(from === undefined ? {} : { connectionId: from }), ref },
    {
      signal: context.signal,
      onProgress: (done) => context.output.work(`Reading the archive of ${ref.name} ${ref.version}`, done),
    },
  )
  context.output.endProgress()
  return { ...files, archive }
}

async function checkFiles(context: Context, libraryId: string, ref: PackageRef): Promise<UpkeepReport> {
  const { api } = context
  const { transferId: id } = context.flag('repair')
    ? await api.installed.repair({ libraryId, ref, ...connectionOf(context, 'from'), ...paceOf(context) })
    : await api.installed.verify({ libraryId, ref })
  await context.follow(id)
  return api.transfers.report({ id })
}

/** What was found and not mended is an error: `file-damaged`. */
export function throwIfBad({ ref, damaged, missing, repaired, verifiedFiles }: UpkeepReport): void {
  const wrong = [...damaged, ...missing]
  const [file] = wrong
  if (file === undefined || repaired !== undefined) return
  const facts = { isMissing: damaged.length === 0, wrong: wrong.length, right: verifiedFiles }
  throw new AppError('file-damaged', { ref: specOf(ref), path: file, ...facts })
}

/** Of each file that is not as it should be, a line. `stores`: what connections are called. */
export function linesOf(report: Report, stores?: ReadonlyMap<string, string>): string[] {
  const { ref, repaired, takenOut, archive } = report
  const isMended = repaired !== undefined
  const name = `${ref.name} ${ref.version}`
  // meta.json is none of the files that it names.
  const counted = report.verifiedFiles + (repaired ?? []).filter((file) => file !== 'meta.json').length
  return [
    ...(archive !== undefined && counted === 0
      ? []
      : [`${name}: ${countOf(counted, 'file')} verified${earlierOf(report)}`]),
    ...report.damaged.map((file) => `  ${isMended ? 'repaired' : 'changed'}: ${file}`),
    ...report.missing.map((file) => `  ${isMended ? 'brought back' : 'missing'}: ${file}`),
    ...(takenOut ?? report.extra).map(
      (file) => `  ${isMended ? 'moved to the trash' : 'not part of the package'}: ${file}`,
    ),
    ...(repaired !== undefined && repaired.length > 0 ? [`  ${formatBytes(report.fetchedBytes ?? 0)} fetched`] : []),
    ...(archive === undefined
      ? []
      : [
          `${name}: archive in ${stores?.get(archive.connectionId) ?? archive.connectionId} verified, ${formatBytes(archive.sizeBytes)}, MD5 ${archive.md5}`,
        ]),
  ]
}

/** Not all that is told of was read now. */
const earlierOf = ({ earlierFiles = 0 }: UpkeepReport): string =>
  earlierFiles === 0 ? '' : ` (${earlierFiles} of them were read before this was interrupted, and look the same)`
