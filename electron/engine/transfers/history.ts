import path from 'node:path'
import { type Transfer, transfer } from '../../../shared/model/transfer.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk } from '../ports.ts'

/** Ended transfers, newest first: `<home>/state/transfers/<id>/ended.json`. The oldest beyond `kept` go. */
export interface History {
  list(): readonly Transfer[]
  add(ended: Transfer): void
  remove(id: string): void
  clear(): void
}

const kept = 200

export function createHistory(disk: Disk, folder: string): History {
  const entries = new Map<string, Transfer>()
  for (const entry of disk.facts(folder) === undefined ? [] : disk.entries(folder)) {
    const bytes = disk.read(path.join(folder, entry.name, 'ended.json'), { maxBytes: 1_000_000 })
    const parsed = bytes === undefined ? undefined : transfer.safeParse(parseJson(bytes))
    if (parsed?.success) entries.set(parsed.data.id, parsed.data)
  }
  const newestFirst = () => [...entries.values()].sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0))
  const remove = (id: string) => {
    if (entries.delete(id)) disk.removeTree(path.join(folder, id))
  }
  return {
    list: newestFirst,
    add(ended) {
      disk.makeFolder(path.join(folder, ended.id))
      disk.replace(path.join(folder, ended.id, 'ended.json'), Buffer.from(JSON.stringify(ended)))
      entries.set(ended.id, ended)
      for (const old of newestFirst().slice(kept)) remove(old.id)
    },
    remove,
    clear() {
      for (const id of [...entries.keys()]) remove(id)
    },
  }
}
