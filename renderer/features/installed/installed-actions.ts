import { AppError, toAppError } from '../../../shared/errors.ts'
import type { InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { client } from '../../ipc/link.ts'
import { pickSavePath } from '../../shell/pick-save-path.ts'
import { copyPath, revealPath } from '../../shell/reveal-path.ts'
import { askInstall } from '../../state/install-request.ts'
import { fetchLibrary } from '../../state/installed.ts'
import { shortErrorOf } from '../../text/error-view.ts'
import { installedText as text } from '../../text/installed.ts'
import { publishText } from '../../text/publish.ts'
import { showToast } from '../../ui/toast.tsx'
import { repairVersion, saveVersion, verifyVersion } from './care-calls.ts'
import type { CleanUpPlan, ProposalKind } from './clean-up.ts'
import { isClean, setFinding } from './findings.ts'
import { oneByOne } from './one-by-one.ts'

const nameOf = ({ title, ref }: Pick<InstalledVersion, 'title' | 'ref'>): string => withVersion(title, ref.version)

export const openFolder = ({ path }: InstalledVersion): Promise<unknown> => revealPath(path)

export const copyPathOf = ({ path }: InstalledVersion): Promise<void> => copyPath(path)

interface VerifyOptions {
  /** Nothing is said of a version that is as published. */
  readonly quietly?: boolean
  /** Shows the files that aren't as published; absent where they are in view already. */
  readonly show?: () => void
}

/** Rehashes; says what it found. A version that isn't as published then shows it in its row and its details. */
export async function verify(
  version: InstalledVersion,
  signal: AbortSignal,
  { quietly = false, show }: VerifyOptions = {},
): Promise<{ readonly isRight: boolean; readonly earlierFiles: number }> {
  const found = await verifyVersion(version, signal)
  const { damaged, missing, extra, verifiedFiles, earlierFiles = 0 } = found
  setFinding(version, found)
  const isRight = damaged.length + missing.length === 0
  const name = nameOf(version)
  if (isClean(found)) {
    if (!quietly) showToast({ text: text.verified(name, verifiedFiles, earlierFiles) })
  } else if (show !== undefined) {
    const said = text.found(name, damaged.length, missing.length, extra.length)
    showToast({ text: said, action: { label: text.showFiles, run: show } })
  }
  return { isRight, earlierFiles }
}

/** Makes what is wrong anew; says what that took. What was no part of the version can be brought back. */
export async function repair(version: InstalledVersion, signal: AbortSignal): Promise<void> {
  const { repaired = [], fetchedBytes = 0, takenOut = [], trash, verifiedFiles } = await repairVersion(version, signal)
  setFinding(version, undefined)
  const name = nameOf(version)
  if (repaired.length + takenOut.length === 0) return showToast({ text: text.verified(name, verifiedFiles) })
  showToast({
    text: text.repaired(name, repaired.length, fetchedBytes, takenOut.length),
    ...(trash === undefined ? {} : { undo: () => void restoreAll([trash]) }),
  })
}

/** Asks where to, and packs it. */
export async function saveAsFile(version: InstalledVersion, signal: AbortSignal): Promise<void> {
  const out = await pickSavePath(publishText.bar.saveTitle, `${identOf(version.ref)}.sputnik`)
  if (out === null) return
  const { path } = await saveVersion(version, out, signal)
  showToast({ text: publishText.bar.saved(path) })
}

/** To trash, with an undo that brings all of them back. `freedOf`: what emptying the trash then frees. */
export async function removeVersions(
  versions: readonly InstalledVersion[],
  freedOf: (version: InstalledVersion) => number,
): Promise<void> {
  const [first] = versions
  if (first === undefined) return
  const entries: TrashEntry[] = []
  try {
    await oneByOne({ libraryId: first.libraryId, items: versions, say: text.removing }, async ({ libraryId, ref }) =>
      entries.push(await client.installed.remove({ libraryId, ref })),
    )
  } finally {
    // What went before a failure can be taken back too.
    const freedBytes = versions.slice(0, entries.length).reduce((sum, each) => sum + freedOf(each), 0)
    if (entries.length > 0) {
      const said =
        entries.length === 1 ? text.moved(nameOf(first), freedBytes) : text.movedSome(entries.length, freedBytes)
      showToast({ text: said, undo: () => void restoreAll(entries) })
    }
  }
}

/** A toast's undo: only another toast can say that it failed (the trash was emptied meanwhile). */
async function restoreAll(entries: readonly TrashEntry[]): Promise<void> {
  const [first] = entries
  if (first === undefined) return
  const { libraryId } = first
  try {
    await oneByOne({ libraryId, items: entries, say: text.restoring }, ({ id }) =>
      client.trash.restore({ libraryId, entryId: id }),
    )
  } catch (error) {
    showToast({ text: shortErrorOf(toAppError(error)) })
  }
}

export async function restore(entry: TrashEntry): Promise<void> {
  const { libraryId, id } = entry
  try {
    await client.trash.restore({ libraryId, entryId: id })
    showToast({ text: text.restored(nameOf(entry)) })
  } finally {
    await fetchLibrary(libraryId)
  }
}

/** Keeps, or no longer keeps, all of them. */
export async function keepAll(versions: readonly InstalledVersion[], kept: boolean): Promise<void> {
  const [first] = versions
  if (first === undefined) return
  await oneByOne({ libraryId: first.libraryId, items: versions, say: text.keeping }, ({ libraryId, ref }) =>
    client.installed.keep({ libraryId, ref, kept }),
  )
}

/** Takes what is published now in the place of what is installed: the install sheet tells the price first. */
export const installAgain = (version: InstalledVersion): void =>
  askInstall({
    source: { connectionId: version.fromConnectionId, ref: version.ref },
    title: version.title,
    libraryId: version.libraryId,
    force: true,
  })

export interface Update {
  readonly connectionId: string
  readonly libraryId: string
  readonly name: string
  readonly title: string
  readonly version: string
}

/** The sheet of one update. */
export const askUpdate = ({ connectionId, libraryId, name, title, version }: Update): void =>
  askInstall({ source: { connectionId, ref: { name, version } }, title, libraryId, upgrade: true })

/** Does what was ticked: the trash as it was when shown, then cache and unfinished transfers, then older versions to trash. */
export async function cleanUp(
  libraryId: string,
  plan: CleanUpPlan,
  chosen: ReadonlySet<ProposalKind>,
  touchedBytes: number,
): Promise<void> {
  const entries: TrashEntry[] = []
  try {
    if (chosen.has('trash')) await client.trash.empty({ libraryId, entryIds: [...plan.trashEntryIds] })
    const [cache, unfinished] = [chosen.has('cache'), chosen.has('unfinished')]
    if (cache || unfinished) await client.disk.purge({ libraryId, cache, unfinished })
    if (chosen.has('older')) {
      await oneByOne({ libraryId, items: plan.olderRefs, say: text.removing }, async (ref) =>
        entries.push(await client.installed.remove({ libraryId, ref })),
      )
    }
  } finally {
    await fetchLibrary(libraryId)
  }
  const undo = entries.length > 0 ? () => void restoreAll(entries) : undefined
  const isStopped = chosen.has('older') && entries.length < plan.olderRefs.length
  showToast({ text: isStopped ? text.freeUp.stopped(entries.length) : text.freeUp.done(touchedBytes), undo })
}

/** Verifies one after the other; stops when the signal says so. Answers how many are as published. */
export async function verifyAll(
  versions: readonly InstalledVersion[],
  onProgress: (left: number) => void,
  show: (version: InstalledVersion) => void,
  signal: AbortSignal,
): Promise<void> {
  let right = 0
  let earlier = 0
  for (const [at, version] of versions.entries()) {
    if (signal.aborted) throw new AppError('cancelled', {})
    onProgress(versions.length - at)
    const { isRight, earlierFiles } = await verify(version, signal, { quietly: true, show: () => show(version) })
    if (isRight) right += 1
    earlier += earlierFiles
  }
  if (right === versions.length) showToast({ text: text.verifiedAll(right, earlier) })
}
