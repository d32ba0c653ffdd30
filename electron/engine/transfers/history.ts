import path from 'node:path'
import { toWire } from '../../../shared/errors.ts'
import { type Transfer, transfer } from '../../../shared/model/transfer.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk, Log } from '../ports.ts'

/**
 * Ended transfers, newest first: `<home>/state/transfers/<id>/ended.json`. The oldest beyond `kept` go. The folder is looked at with each
 * listing, since other processes end transfers and clear the history too. What can't be written is still told for as long as this engine runs.
 */
export interface History {
  list(): readonly Transfer[]
  /** What other processes have ended since this was asked last, or since this engine began. */
  news(): readonly Transfer[]
  add(ended: Transfer): void
  clear(): void
}

const kept = 200

/** `sinceMs`: when this engine began. */
export function createHistory(disk: Disk, log: Log, folder: string, sinceMs: number): History {
  const entries = new Map<string, Transfer>()
  let news: Transfer[] = []
  const unwritten = new Set<string>()
  /** Files that can't be read, by id, with the time they were of. */
  const unreadable = new Map<string, number>()
  const fileOf = (id: string) => path.join(folder, id, 'ended.json')

  const readEnded = (id: string): void => {
    const modifiedMs = disk.facts(fileOf(id))?.modifiedMs
    if (modifiedMs === undefined || unreadable.get(id) === modifiedMs) return
    unreadable.set(id, modifiedMs)
    try {
      const bytes = disk.read(fileOf(id), { maxBytes: 1_000_000 })
      const ended = bytes === undefined ? undefined : transfer.safeParse(parseJson(bytes)).data
      if (ended?.id !== id) return
      entries.set(id, ended)
      unreadable.delete(id)
      if ((ended.endedAtMs ?? 0) >= sinceMs) news.push(ended)
    } catch (error) {
      log.write('warn', 'history.unreadable', { id, ...toWire(error) })
    }
  }
  /** An `ended.json` never changes: only what is new is read, and what is gone forgotten. */
  const readAnew = () => {
    const there = new Set(disk.facts(folder)?.kind === 'folder' ? disk.entries(folder).map(({ name }) => name) : [])
    for (const id of there) if (!entries.has(id)) readEnded(id)
    for (const id of [...entries.keys()]) if (!there.has(id) && !unwritten.has(id)) entries.delete(id)
  }
  const newestFirst = () => {
    readAnew()
    return [...entries.values()].sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0))
  }
  const remove = (id: string) => {
    unwritten.delete(id)
    if (!entries.delete(id)) return
    // A cancelled publish whose upload could not be removed yet: its journal is all that knows of it.
    if (disk.facts(path.join(folder, id, 'journal.log')) !== undefined) disk.removeFile(fileOf(id))
    else disk.removeTree(path.join(folder, id))
  }
  return {
    list: newestFirst,
    news() {
      readAnew()
      const found = news
      news = []
      return found
    },
    add(ended) {
      entries.set(ended.id, ended)
      unwritten.add(ended.id)
      disk.makeFolder(path.join(folder, ended.id))
      disk.replace(fileOf(ended.id), Buffer.from(JSON.stringify(ended)))
      unwritten.delete(ended.id)
      for (const old of newestFirst().slice(kept)) remove(old.id)
    },
    clear() {
      readAnew()
      for (const id of [...entries.keys()]) remove(id)
    },
  }
}
