import path from 'node:path'
import * as z from 'zod'
import { toWire } from '../../../shared/errors.ts'
import { newestPackages } from '../../../shared/model/newest.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { parseJson } from '../parse-json.ts'
import type { Clock, Disk, Io, Log, OpenConnection } from '../ports.ts'
import { createTurns } from '../take-turns.ts'
import { keptCaps, packKept, unpackKept } from './kept-entries.ts'
import { type KeptNewest, type OfList, packNewest, unpackNewest } from './kept-newest.ts'
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
  /** The newest of a long list, without reading the list; undefined when there are none, or they are not of the list that `load` gives. */
  newest(connection: OpenConnection): KeptNewest | undefined
  /**
   * Only a cache: what can't be written is logged. `isSame`: the entries are those that were saved or loaded last. `packages`: the entries as they are
   * shown, once they are complete.
   */
  save(connection: OpenConnection, kept: KeptListing, io: SaveOptions): Promise<void>
  remove(connectionId: string): void
}

interface SaveOptions extends Io {
  readonly isSame: boolean
  readonly packages?: readonly PackageSummary[]
}

/** A list of so few is read about as fast as its newest. */
const fewPackages = 1000
/** More than a window has room for. */
const newestCount = 100

const stateFile = z.object({
  format: z.literal(1),
  place: z.string(),
  refreshedAtMs: z.number().min(-8.64e15).max(8.64e15).optional(),
  drift: z.number(),
  withdrawn: z.array(z.string()),
  withdrawnAtMs: z.number(),
})

/**
 * `<folder>/<connection>.list` has the entries (kept-entries.ts), `<connection>.newest` the first that a window shows of a long one (kept-newest.ts),
 * `<connection>.json` what changes with every listing. The entries are written first: they can be newer than what is said of them, which does no harm.
 */
export function createCatalogCopies(deps: {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly folder: string
}): CatalogCopies {
  const { disk, clock, log, folder } = deps
  const entriesOf = (id: string) => path.join(folder, `${id}.list`)
  const stateOf = (id: string) => path.join(folder, `${id}.json`)
  const newestFileOf = (id: string) => path.join(folder, `${id}.newest`)

  /** Which list is kept now; undefined without one. */
  const keptList = ({ id, place }: OpenConnection): OfList | undefined => {
    if (disk.facts(entriesOf(id)) === undefined) return undefined
    const file = disk.open(entriesOf(id), 'read')
    const sum = Buffer.alloc(32)
    try {
      file.read(sum, 0)
    } finally {
      file.close()
    }
    return { place, sum }
  }
  const readNewest = (id: string, list: OfList | undefined): KeptNewest | undefined => {
    const bytes = list === undefined ? undefined : disk.read(newestFileOf(id), { maxBytes: keptCaps.maxBytes })
    return list === undefined || bytes === undefined ? undefined : unpackNewest(bytes, list)
  }
  const saveNewest = (connection: OpenConnection, packages: readonly PackageSummary[]) => {
    const { id } = connection
    if (packages.length <= fewPackages) return disk.removeFile(newestFileOf(id))
    const list = keptList(connection)
    if (list === undefined || readNewest(id, list) !== undefined) return
    const newest = { packages: newestPackages(packages, newestCount), total: packages.length }
    disk.replace(newestFileOf(id), packNewest(list, newest))
  }

  const loadEntries = async ({ id, place }: OpenConnection, io: Io) => {
    const bytes = disk.read(entriesOf(id), { maxBytes: keptCaps.maxBytes })
    if (bytes === undefined) return undefined
    const kept = await unpackKept(bytes, { ...io, turn: createTurns(clock, io) })
    if (kept === undefined) log.write('warn', 'catalog.copy-damaged', { connection: id })
    return kept?.place === place ? kept.entries : undefined
  }

  return {
    async load(connection, io) {
      const { id, place } = connection
      try {
        const entries = await loadEntries(connection, io)
        if (entries === undefined) return undefined
        const bytes = disk.read(stateOf(id), { maxBytes: keptCaps.maxBytes })
        const parsed = stateFile.safeParse(bytes === undefined ? undefined : parseJson(bytes))
        const state = parsed.success && parsed.data.place === place ? parsed.data : undefined
        return {
          refreshedAtMs: state?.refreshedAtMs,
          listing: {
            entries,
            withdrawn: new Set(state?.withdrawn),
            withdrawnAtMs: state?.withdrawnAtMs ?? 0,
            drift: state?.drift ?? 0,
          },
        }
      } catch (error) {
        if (io.signal.aborted) throw error
        log.write('warn', 'catalog.copy-not-read', { connection: id, ...toWire(error) })
        return undefined
      }
    },
    newest(connection) {
      try {
        return readNewest(connection.id, keptList(connection))
      } catch (error) {
        log.write('warn', 'catalog.copy-not-read', { connection: connection.id, ...toWire(error) })
        return undefined
      }
    },
    async save(connection, { listing, refreshedAtMs }, { signal, isSame, packages }) {
      const { id, place } = connection
      const { entries, withdrawn, withdrawnAtMs, drift } = listing
      const state: z.infer<typeof stateFile> = {
        format: 1,
        place,
        ...(refreshedAtMs === undefined ? {} : { refreshedAtMs }),
        drift,
        withdrawn: [...withdrawn],
        withdrawnAtMs,
      }
      try {
        disk.makeFolder(folder)
        if (!isSame || disk.facts(entriesOf(id)) === undefined) {
          const turn = createTurns(clock, { signal })
          disk.replace(entriesOf(id), await packKept(place, entries.values(), { signal, turn }))
        }
        if (packages !== undefined) saveNewest(connection, packages)
        disk.replace(stateOf(id), Buffer.from(JSON.stringify(state)))
      } catch (error) {
        log.write('warn', 'catalog.copy-not-written', { connection: id, ...toWire(error) })
      }
    },
    remove(id) {
      disk.removeFile(entriesOf(id))
      disk.removeFile(newestFileOf(id))
      disk.removeFile(stateOf(id))
    },
  }
}
