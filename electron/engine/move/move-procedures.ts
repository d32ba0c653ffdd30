import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { EngineApi } from '../../../shared/ipc/engine-api.ts'
import type { Library as LibraryFacts } from '../../../shared/model/settings.ts'
import { isEnded, isRunning, nameOf } from '../../../shared/model/transfer-standing.ts'
import type { Library } from '../library/library.ts'
import type { Disk } from '../ports.ts'
import type { TransferQueue } from '../transfers/queue-contract.ts'
import type { MoveRequest } from './move-request.ts'
import { notMoved, requireRoom, roomFor } from './move-runner.ts'
import type { MoveWork } from './move-work.ts'
import { bytesOf } from './tree-listing.ts'

/** What a move takes, and asking for it. */
export function createMoveProcedures(deps: {
  readonly disk: Disk
  readonly queue: TransferQueue
  readonly work: MoveWork
  readonly libraries: {
    get(id: string): { readonly facts: LibraryFacts }
    checkMove(id: string, to: string): void
  }
  libraryOf(id: string): Promise<Library>
  /** `<home>/state/transfers` */
  readonly journalParent: string
  readonly stopping: AbortSignal
}): Pick<EngineApi['libraries'], 'planMove' | 'move'> {
  const { disk, queue, libraries, work } = deps

  const plan = async (id: string, folder: string, signal: AbortSignal) => {
    await deps.libraryOf(id)
    const to = path.resolve(folder)
    libraries.checkMove(id, folder)
    const { path: from, name } = libraries.get(id).facts
    const entries = await work.list(from, notMoved, { signal })
    const sameVolume = disk.onOneVolume(from, to)
    return { name, from, to, sameVolume, entries, freeBytes: disk.volume(to).freeBytes, neededBytes: roomFor(entries) }
  }
  /** Not ended: the same goes on, another keeps this one from beginning. */
  const known = async (id: string, to: string) => {
    const move = queue.list().find(({ kind, libraryId, state }) => {
      const isOver = state.kind === 'done' || state.kind === 'cancelled'
      return kind === 'move' && libraryId === id && !isOver
    })
    if (move === undefined || move.file === to) return move
    if (move.state.kind !== 'failed')
      throw new AppError('usage', {
        problem: `${move.title} is on its way to ${move.file ?? 'another folder'}: resume or cancel that first.`,
      })
    await queue.cancel(move.id)
    return undefined
  }
  const refuseOthers = (id: string) => {
    const busy = queue
      .list()
      .find(({ libraryId, state }) => libraryId === id && (state.kind === 'queued' || isRunning(state)))
    if (busy !== undefined) throw new AppError('busy', { what: 'library', holder: nameOf(busy), isListed: true })
  }

  return {
    async planMove({ id, path: folder }, { signal = deps.stopping } = {}) {
      const { from, to, sameVolume, entries, freeBytes, neededBytes } = await plan(id, folder, signal)
      return {
        from,
        to,
        sameVolume,
        totalBytes: bytesOf(entries),
        fileCount: entries.filter(({ kind }) => kind === 'file').length,
        freeBytes,
        enoughSpace: sameVolume || freeBytes >= neededBytes,
      }
    },
    async move({ id, path: folder }, { signal = deps.stopping } = {}) {
      const before = await known(id, path.resolve(folder))
      if (before !== undefined) {
        if (isEnded(before.state) || before.state.kind === 'paused') queue.resume(before.id)
        return { transferId: before.id }
      }
      refuseOthers(id)
      const { name, from, to, sameVolume, entries, neededBytes } = await plan(id, folder, signal)
      if (!sameVolume) requireRoom(disk, to, neededBytes)
      const transferId = queue.start({
        kind: 'move',
        title: name,
        libraryId: id,
        file: to,
        totalBytes: bytesOf(entries),
        journalParent: deps.journalParent,
        request: { libraryId: id, from, to } satisfies MoveRequest,
      })
      return { transferId }
    },
  }
}
