/**
 * A process of its own that moves a library and may kill itself after so many steps. Its one argument is JSON, MoveOrder. Prints `done <steps>` at its
 * end, or the error's code.
 */
import { randomUUID } from 'node:crypto'
import { createMemorySecrets } from '../electron/engine/connections/secret-file.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createEngine } from '../electron/engine/index.ts'
import type { Disk } from '../electron/engine/ports.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'

export interface MoveOrder {
  readonly home: string
  readonly id: string
  readonly to: string
  /** As if the new folder were on another volume. */
  readonly copies: boolean
  /** Ends itself by SIGKILL right after that many changes of the disk by the main thread. */
  readonly killAtStep?: number
}

const changing = [
  'replace',
  'create',
  'append',
  'makeFolder',
  'makeNewFolder',
  'rename',
  'renameOver',
  'renameInto',
  'removeFile',
  'removeTree',
  'removeEmptyFolder',
] as const satisfies readonly (keyof Disk)[]

const order = JSON.parse(process.argv[2] ?? '{}') as MoveOrder
let isCounting = false
let steps = 0
const real = createNodeDisk()
const counted = Object.fromEntries(
  changing.map((name) => [
    name,
    (...given: unknown[]) => {
      const answer = (real[name] as (...args: unknown[]) => unknown)(...given)
      if (isCounting) steps += 1
      if (isCounting && steps === order.killAtStep) process.kill(process.pid, 'SIGKILL')
      return answer
    },
  ]),
)
const engine = await createEngine(
  {
    disk: { ...real, ...counted, ...(order.copies ? { onOneVolume: () => false } : {}) },
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
isCounting = true
const { transferId } = await engine.api.libraries.move({ id: order.id, path: order.to })
const { state } = await engine.api.transfers.wait({ id: transferId })
process.stdout.write(state.kind === 'done' ? `done ${steps}\n` : `${JSON.stringify(state)}\n`)
await engine.stop()
