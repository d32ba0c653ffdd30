import path from 'node:path'
import { toWire } from '../../../shared/errors.ts'
import { type Transfer, transfer } from '../../../shared/model/transfer.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk, Log } from '../ports.ts'

/**
 * Ended transfers, newest first: `<home>/state/transfers/<id>/ended.json`. The oldest beyond `kept` go. What can't be written is still
 * told for as long as this engine runs.
 */
export interface History {
  list(): readonly Transfer[]
  add(ended: Transfer): void
  clear(): void
}

const kept = 200

export function createHistory(disk: Disk, log: Log, folder: string): History {
  const entries = new Map<string, Transfer>()
  const readEnded = (id: string): Transfer | undefined => {
    try {
      const bytes = disk.read(path.join(folder, id, 'ended.json'), { maxBytes: 1_000_000 })
      const ended = bytes === undefined ? undefined : transfer.safeParse(parseJson(bytes)).data
      return ended?.id === id ? ended : undefined
    } catch (error) {
      log.write('warn', 'history.unreadable', { id, ...toWire(error) })
      return undefined
    }
  }
  for (const { name } of disk.facts(folder) === undefined ? [] : disk.entries(folder)) {
    const ended = readEnded(name)
    if (ended !== undefined) entries.set(name, ended)
  }
  const newestFirst = () => [...entries.values()].sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0))
  const remove = (id: string) => {
    if (entries.delete(id)) disk.removeTree(path.join(folder, id))
  }
  return {
    list: newestFirst,
    add(ended) {
      entries.set(ended.id, ended)
      disk.makeFolder(path.join(folder, ended.id))
      disk.replace(path.join(folder, ended.id, 'ended.json'), Buffer.from(JSON.stringify(ended)))
      for (const old of newestFirst().slice(kept)) remove(old.id)
    },
    clear() {
      for (const id of [...entries.keys()]) remove(id)
    },
  }
}
