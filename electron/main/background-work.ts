import type { EngineEvent } from '../../shared/ipc/events.ts'
import type { Progress, Transfer } from '../../shared/model/transfer.ts'

/**
 * What running transfers mean to the system, from the engine's events:
 *  1. The taskbar or dock shows one bar for all that run: their verified bytes of all their bytes. It stands still while nothing moves.
 *  2. The computer is kept awake only while bytes move: not while a transfer waits, is paused or has lost its store.
 *  3. When one ends while nobody looks at the window, the system says so.
 */
export interface SystemSigns {
  /** 0 to 1; undefined: no bar. `paused` and `error` are drawn where the system can. */
  showProgress(share: number | undefined, mode: 'normal' | 'paused'): void
  keepAwake(isNeeded: boolean): void
  isLookedAt(): boolean
  notify(transfer: Transfer): void
}

export interface BackgroundWork {
  hear(event: EngineEvent): void
  /** Transfers that would stop if the app quit. */
  running(): readonly Transfer[]
}

const moves: ReadonlySet<Transfer['state']['kind']> = new Set(['preparing', 'transferring', 'verifying', 'finishing'])
const waits: ReadonlySet<Transfer['state']['kind']> = new Set(['queued', 'stalled', 'reconnecting', 'cancelling'])

export function createBackgroundWork(signs: SystemSigns): BackgroundWork {
  const known = new Map<string, { readonly transfer: Transfer; progress: Progress }>()
  let isAwake = false
  let shown: string | undefined

  const isOurs = ({ readOnly }: Transfer) => !readOnly
  const isRunning = ({ state }: Transfer) => moves.has(state.kind) || waits.has(state.kind)
  const update = () => {
    const running = [...known.values()].filter(({ transfer }) => isOurs(transfer) && isRunning(transfer))
    const isMoving = running.some(({ transfer }) => moves.has(transfer.state.kind))
    if (isMoving !== isAwake) signs.keepAwake(isMoving) // 2
    isAwake = isMoving
    // 1
    const totalBytes = running.reduce((sum, { progress }) => sum + progress.totalBytes, 0)
    const settledBytes = running.reduce((sum, { progress }) => sum + progress.settledBytes, 0)
    const share = running.length === 0 ? undefined : totalBytes === 0 ? 0 : settledBytes / totalBytes
    const next = `${share?.toFixed(2)} ${isMoving}`
    if (next !== shown) signs.showProgress(share, isMoving ? 'normal' : 'paused')
    shown = next
  }

  return {
    hear(event) {
      if (event.kind === 'samples') {
        for (const { transferId, progress } of event.samples) {
          const found = known.get(transferId)
          if (found !== undefined) found.progress = progress
        }
        return update()
      }
      if (event.kind !== 'change') return
      const { change } = event
      if (change.kind === 'transfer.removed') known.delete(change.id)
      else if (change.kind === 'transfer.changed') {
        const { transfer } = change
        const before = known.get(transfer.id)?.transfer
        const hasEnded = transfer.state.kind === 'done' || transfer.state.kind === 'failed'
        if (hasEnded && before !== undefined && isRunning(before) && isOurs(transfer) && !signs.isLookedAt())
          signs.notify(transfer) // 3
        if (isRunning(transfer)) known.set(transfer.id, { transfer, progress: transfer.progress })
        else known.delete(transfer.id)
      } else return
      update()
    },
    running: () => [...known.values()].map(({ transfer }) => transfer).filter(isOurs),
  }
}
