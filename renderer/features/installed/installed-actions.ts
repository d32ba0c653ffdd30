import { AppError, toAppError } from '../../../shared/errors.ts'
import type { InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { client } from '../../ipc/link.ts'
import { pickSavePath } from '../../shell/pick-save-path.ts'
import { copyPath, revealPath } from '../../shell/reveal-path.ts'
import { askInstall } from '../../state/install-request.ts'
import { fetchLibrary, listLibrary } from '../../state/installed.ts'
import { askInstalledPage } from '../../state/page-request.ts'
import { shortErrorOf } from '../../text/error-view.ts'
import { installedText as text } from '../../text/installed.ts'
import { publishText } from '../../text/publish.ts'
import { showToast } from '../../ui/toast.tsx'
import { repairVersion, saveVersion, verifyVersion, type Which } from './care-calls.ts'
import type { CleanUpPlan, ProposalKind } from './clean-up.ts'
import { isClean, setFinding } from './findings.ts'
import { oneByOne } from './one-by-one.ts'

const nameOf = ({ title, ref }: Pick<InstalledVersion, 'title' | 'ref'>): string => withVersion(title, ref.version)

export const openFolder = ({ path }: InstalledVersion): Promise<unknown> => revealPath(path)

export const copyPathOf = ({ path }: InstalledVersion): Promise<void> => copyPath(path)

/** What was found of a version, wherever one is by then. */
const showDetails = ({ libraryId, ref }: Which): void =>
  askInstalledPage({ kind: 'details', name: ref.name }, libraryId)

/** Rehashes; says what it found, unless it is in view (`isShown`). A version that isn't as published then shows it in its row and its details. */
export async function verify(
  version: InstalledVersion,
  signal: AbortSignal,
  isShown: () => boolean = () => false,
): Promise<void> {
  const found = await findIn(version, signal)
  const { damaged, missing, extra, verifiedFiles, earlierFiles } = found
  const name = nameOf(version)
  if (isClean(found)) return showToast({ text: text.verified(name, verifiedFiles, earlierFiles) })
  if (isShown()) return
  const said = text.found(name, damaged.length, missing.length, extra.length)
  showToast({ text: said, action: { label: text.showFiles, run: () => showDetails(version) } })
}

async function findIn(version: InstalledVersion, signal: AbortSignal) {
  const found = await verifyVersion(version, signal)
  setFinding(version, found)
  return found
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

/** What goes to the trash or comes back now: a second press is for the same, and leaves it to the first. */
const onTheWay = new Set<string>()
const wayOf = ({ libraryId, ref }: Which): string => `${libraryId} ${specOf(ref)}`

/** To trash, with an undo that brings all of them back. `freedOf`: what emptying the trash then frees. */
export async function removeVersions(
  asked: readonly InstalledVersion[],
  freedOf: (version: InstalledVersion) => number,
): Promise<void> {
  const versions = asked.filter((each) => !onTheWay.has(wayOf(each)))
  const [first] = versions
  if (first === undefined) return
  for (const each of versions) onTheWay.add(wayOf(each))
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
    for (const each of versions.slice(entries.length)) onTheWay.delete(wayOf(each))
    void forgetWay(first.libraryId, versions.slice(0, entries.length))
  }
}

/** As long as its row is shown it could be pressed again. */
async function forgetWay(libraryId: string, versions: readonly Which[]): Promise<void> {
  await listLibrary(libraryId)
  for (const each of versions) onTheWay.delete(wayOf(each))
}

/** A toast's undo: only another toast can say that it failed (the trash was emptied meanwhile). */
async function restoreAll(entries: readonly TrashEntry[]): Promise<void> {
  const [first] = entries
  if (first === undefined) return
  const { libraryId } = first
  // Once they are back they may be removed again.
  for (const each of entries) onTheWay.delete(wayOf(each))
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
  if (onTheWay.has(id)) return
  onTheWay.add(id)
  // Once it is back it may be removed again.
  onTheWay.delete(wayOf(entry))
  try {
    await client.trash.restore({ libraryId, entryId: id })
    showToast({ text: text.restored(nameOf(entry)) })
  } finally {
    await fetchLibrary(libraryId)
    onTheWay.delete(id)
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
    if (!chosen.has('older') || plan.olderRefs.length === 0) showToast({ text: text.freeUp.done(touchedBytes) })
  } finally {
    // What went before a failure can be taken back too.
    if (entries.length > 0) {
      const isDone = entries.length === plan.olderRefs.length
      const said = isDone ? text.freeUp.done(touchedBytes) : text.freeUp.inPart(entries.length)
      showToast({ text: said, undo: () => void restoreAll(entries) })
    }
    await fetchLibrary(libraryId)
  }
}

/** Verifies one after the other; stops when the signal says so. What was found is said at the end, also of those before it stopped or failed. */
export async function verifyAll(
  versions: readonly InstalledVersion[],
  onProgress: (left: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const wrong: InstalledVersion[] = []
  let count = 0
  let earlier = 0
  try {
    for (const version of versions) {
      if (signal.aborted) throw new AppError('cancelled', {})
      onProgress(versions.length - count)
      const found = await findIn(version, signal)
      if (!isClean(found)) wrong.push(version)
      count += 1
      earlier += found.earlierFiles ?? 0
    }
  } finally {
    const [first] = wrong
    if (first !== undefined) {
      const label = wrong.length === 1 ? text.showFiles : text.showFirst
      const said = text.verifiedSome(count, wrong.length)
      showToast({ text: said, action: { label, run: () => showDetails(first) } })
    } else if (count === versions.length) showToast({ text: text.verifiedAll(count, earlier) })
  }
}
