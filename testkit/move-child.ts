/**
 * A process of its own that moves a library and may kill itself after so many steps (kill-steps.ts, to be loaded with it). Its one argument is JSON, MoveOrder. Prints `done <steps>` at its
 * end, or the error's code.
 */
import { randomUUID } from 'node:crypto'
import { createMemorySecrets } from '../electron/engine/connections/secret-file.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createEngine } from '../electron/engine/index.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { countSteps, type KillOrder } from './kill-steps.ts'

export interface MoveOrder extends KillOrder {
  readonly home: string
  readonly id: string
  readonly to: string
  /** As if the new folder were on another volume. */
  readonly copies: boolean
}

const order = JSON.parse(process.argv[2] ?? '{}') as MoveOrder
const disk = createNodeDisk()
const engine = await createEngine(
  {
    disk: { ...disk, ...(order.copies ? { onOneVolume: () => false } : {}) },
    clock: createSystemClock(),
    log: { write: () => {} },
    secrets: createMemorySecrets(),
    announcer: { change: () => {}, sample: () => {} },
  },
  {
    home: order.home,
    env: {},
    platform: process.platform,
    version: '0.0.0-test',
    epoch: randomUUID(),
    userName: 'tester',
    role: 'app',
  },
)
const steps = countSteps(order)
const { transferId } = await engine.api.libraries.move({ id: order.id, path: order.to })
const { state } = await engine.api.transfers.wait({ id: transferId })
process.stdout.write(state.kind === 'done' ? `done ${steps()}\n` : `${JSON.stringify(state)}\n`)
await engine.stop()
