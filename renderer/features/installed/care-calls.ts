import type { InstalledVersion } from '../../../shared/model/installed.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import type { UpkeepReport } from '../../../shared/model/transfer.ts'
import { client } from '../../ipc/link.ts'
import { followTransfer } from '../../state/follow-transfer.ts'
import { useHost } from '../../state/host.ts'

/** What an installed version is named by. */
export type Which = Pick<InstalledVersion, 'libraryId' | 'ref'>

/** Files of a version by what is wrong with them, by path. */
export interface Finding {
  readonly damaged: readonly string[]
  readonly missing: readonly string[]
  readonly extra: readonly string[]
  /** Read before the verify was interrupted, and not again. */
  readonly earlierFiles?: number
}

/*
 * All that the window asks of the engine to look after versions is asked here, so that only this file changes with how it is asked.
 */

type Started = Promise<{ readonly transferId: string }>

/** Each is a transfer, which Transfers shows as well; aborting cancels it. */
async function reportOf(started: Started, signal: AbortSignal): Promise<UpkeepReport> {
  const { transferId: id } = await started
  await followTransfer(id, signal)
  return client.transfers.report({ id })
}
async function fileOf(started: Started, out: string, signal: AbortSignal): Promise<{ readonly path: string }> {
  const { outcome } = await followTransfer((await started).transferId, signal)
  return { path: outcome?.path ?? out }
}

/** The system's dialog has asked already whether a file that is there may be written over. */
const mayOverwrite = () => ({ overwrite: useHost.getState().facts.nativeDialogs })

/** Rehashes every file. */
export const verifyVersion = ({ libraryId, ref }: Which, signal: AbortSignal) =>
  reportOf(client.installed.verify({ libraryId, ref }), signal)

/** Makes altered and missing files anew; `fetchedBytes` of the archive. What is no part of the version goes to the trash. */
export const repairVersion = ({ libraryId, ref }: Which, signal: AbortSignal) =>
  reportOf(client.installed.repair({ libraryId, ref }), signal)

/** Packs a version into a `.sputnik`. */
export const saveVersion = ({ libraryId, ref }: Which, out: string, signal: AbortSignal) =>
  fileOf(client.installed.export({ libraryId, ref, out, ...mayOverwrite() }), out, signal)

/** Takes a published version out as a `.sputnik`, its archive as it is. */
export const savePublished = (connectionId: string | undefined, ref: PackageRef, out: string, signal: AbortSignal) =>
  fileOf(client.catalog.export({ connectionId, ref, out, ...mayOverwrite() }), out, signal)

/** Takes one file of a published version out, as it is. */
export const savePublishedFile = (
  connectionId: string | undefined,
  ref: PackageRef,
  { path, out }: { readonly path: string; readonly out: string },
  signal: AbortSignal,
) => fileOf(client.catalog.export({ connectionId, ref, path, out, ...mayOverwrite() }), out, signal)

/** True when other files are published under this version than those that are installed. */
export async function differsFromStore(connectionId: string, { libraryId, ref }: Which, signal: AbortSignal) {
  const [published, installed] = await Promise.all([
    client.catalog.version({ connectionId, ref }, { signal }),
    client.installed.files({ libraryId, ref }, { signal }),
  ])
  const checksums = new Map(installed.map(({ path, checksum }) => [path, checksum]))
  const { files } = published
  return files.length !== installed.length || files.some(({ path, checksum }) => checksums.get(path) !== checksum)
}
