import path from 'node:path'
import { toWire } from '../../../shared/errors.ts'
import { fieldOf } from '../format/ingest-info.ts'
import type { Clock, Disk, Io, Log, OpenConnection } from '../ports.ts'
import { createTurns } from '../take-turns.ts'
import type { CatalogEntry } from './catalog-entry.ts'
import { packLines, unpackLines } from './entry-lines.ts'
import type { Listing } from './list-packages.ts'

/** A listing as it is kept in the home folder. */
export interface KeptListing {
  readonly listing: Listing
  /** When it was complete, ms since the epoch; undefined: it never was, what is there was read on the way. */
  readonly refreshedAtMs: number | undefined
}

export interface CatalogCopies {
  /** Undefined when there is none, it is of another place, or it is damaged. */
  load(connection: OpenConnection, io: Io): Promise<KeptListing | undefined>
  /** Only a cache: what can't be written is logged. */
  save(connection: OpenConnection, kept: KeptListing, io: Io): Promise<void>
  remove(connectionId: string): void
}

/** `<folder>/<connection>.jsonl.gz`, in the lines of entry-lines.ts. */
export function createCatalogCopies(deps: {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly folder: string
}): CatalogCopies {
  const { disk, clock, log, folder } = deps
  const fileOf = (id: string) => path.join(folder, `${id}.jsonl.gz`)
  return {
    async load({ id, place }, io) {
      try {
        const bytes = disk.read(fileOf(id))
        if (bytes === undefined) return undefined
        const entries = new Map<string, CatalogEntry>()
        const take = (entry: CatalogEntry) => void entries.set(entry.ident, entry)
        const turn = createTurns(clock, io)
        const { header, refused } = await unpackLines(bytes, take, { ...io, turn, unreadable: true })
        if (header === undefined || fieldOf(header, 'place') !== place) return undefined
        if (refused > 0) {
          log.write('warn', 'catalog.copy-damaged', { connection: id, refused })
          return undefined
        }
        const number = (field: string): number | undefined => {
          const value = fieldOf(header, field)
          return typeof value === 'number' && Number.isFinite(value) ? value : undefined
        }
        const withdrawn = fieldOf(header, 'withdrawn')
        const refreshedAtMs = number('refreshedAtMs')
        return {
          refreshedAtMs: refreshedAtMs !== undefined && Math.abs(refreshedAtMs) <= 8.64e15 ? refreshedAtMs : undefined,
          listing: {
            entries,
            withdrawn: new Set(Array.isArray(withdrawn) ? withdrawn.filter((each) => typeof each === 'string') : []),
            withdrawnAtMs: number('withdrawnAtMs') ?? 0,
            drift: number('drift') ?? 0,
          },
        }
      } catch (error) {
        if (io.signal.aborted) throw error
        log.write('warn', 'catalog.copy-not-read', { connection: id, ...toWire(error) })
        return undefined
      }
    },
    async save({ id, place }, { listing, refreshedAtMs }, io) {
      const { entries, withdrawn, withdrawnAtMs, drift } = listing
      try {
        // A header is a line like the others, with their caps; many are looked up again.
        const kept = withdrawn.size <= 500 ? { withdrawn: [...withdrawn], withdrawnAtMs } : {}
        const header = { place, refreshedAtMs, drift, ...kept }
        const bytes = await packLines(header, entries.values(), { ...io, turn: createTurns(clock, io) })
        disk.makeFolder(folder)
        disk.replace(fileOf(id), bytes)
      } catch (error) {
        log.write('warn', 'catalog.copy-not-written', { connection: id, ...toWire(error) })
      }
    },
    remove: (id) => disk.removeFile(fileOf(id)),
  }
}
