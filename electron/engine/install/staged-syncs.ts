import path from 'node:path'
import type { Disk } from '../ports.ts'

/**
 * Syncs large staged files while others are written. Of several calls for one file that wait at the same time all are served by one sync:
 * the first that starts after they were made.
 */
export function createStagedSyncs(disk: Disk, tree: string) {
  const running = new Map<string, { current: Promise<void>; next: Promise<void> | undefined }>()
  const syncOnce = async (file: string) => {
    const open = disk.open(path.join(tree, ...file.split('/')), 'update')
    try {
      await open.syncLater()
    } finally {
      open.close()
    }
  }
  /** Resolves when what was written to the file before the call is durable. */
  return async function sync(file: string): Promise<void> {
    const found = running.get(file)
    if (found === undefined) {
      const state = { current: syncOnce(file), next: undefined }
      running.set(file, state)
      return state.current.finally(() => {
        if (running.get(file) === state && state.next === undefined) running.delete(file)
      })
    }
    // Whoever waits for the current one hears of its error; the next is a sync of its own.
    found.next ??= found.current
      .catch(() => {})
      .then(() => {
        running.delete(file)
        return sync(file)
      })
    return found.next
  }
}
