import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { toWire } from '../../../shared/errors.ts'
import type { Disk, Log } from '../ports.ts'
import { stampOf } from '../stamp-of.ts'

/**
 * `<folder>/<connection>.note`: replaced by a process of this home that took something out of a bucket, since nothing else tells the others. What
 * it holds means nothing.
 */
export interface CatalogNotes {
  /** Another once another process left a note. */
  markOf(connectionId: string): string
  /** What can't be written is logged: the others see it at their next refresh. */
  leave(connectionId: string): void
  remove(connectionId: string): void
}

export function createCatalogNotes(deps: {
  readonly disk: Disk
  readonly log: Log
  readonly folder: string
}): CatalogNotes {
  const { disk, log, folder } = deps
  const fileOf = (id: string) => path.join(folder, `${id}.note`)
  const own = new Map<string, string>()
  const marks = new Map<string, string>()
  return {
    markOf(id) {
      const isThere = disk.facts(fileOf(id)) !== undefined
      const stamp = stampOf(disk, fileOf(id))
      if (isThere && stamp !== own.get(id)) marks.set(id, stamp)
      return marks.get(id) ?? ''
    },
    leave(id) {
      try {
        disk.makeFolder(folder)
        disk.replace(fileOf(id), Buffer.from(`${randomUUID()}\n`))
        own.set(id, stampOf(disk, fileOf(id)))
      } catch (error) {
        log.write('warn', 'catalog.note-not-left', { connection: id, ...toWire(error) })
      }
    },
    remove: (id) => disk.removeFile(fileOf(id)),
  }
}
