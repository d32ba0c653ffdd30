import path from 'node:path'
import type { Disk } from '../ports.ts'

/**
 * Makes large staged files durable while they are still written, so that the disk is never idle and little is left to do at the end. One at a
 * time, that of which most is missing: each sync makes all that write to the disk wait for a moment.
 */
export interface StagedSyncs {
  wrote(file: string, bytes: number): void
  /** Resolves when none is under way; rejects with the first failure of any. */
  settled(): Promise<void>
}

export function createStagedSyncs(disk: Disk, tree: string): StagedSyncs {
  const unsynced = new Map<string, number>()
  let running: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined

  const sync = async (file: string) => {
    const open = disk.open(path.join(tree, ...file.split('/')), 'update')
    try {
      await open.syncLater()
    } finally {
      open.close()
    }
  }
  const syncAll = async () => {
    for (let next = furthestBehind(); next !== undefined; next = furthestBehind()) {
      unsynced.delete(next)
      await sync(next)
    }
  }
  const furthestBehind = () => [...unsynced].sort(([, a], [, b]) => b - a)[0]?.[0]

  return {
    wrote(file, bytes) {
      unsynced.set(file, (unsynced.get(file) ?? 0) + bytes)
      if (failure !== undefined) return
      running ??= syncAll()
        .catch((error: unknown) => {
          failure = { error }
        })
        .finally(() => {
          running = undefined
        })
    },
    async settled() {
      await running
      if (failure !== undefined) throw failure.error
    },
  }
}
