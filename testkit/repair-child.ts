/** A process that repairs a version and ends itself by SIGKILL right after that many steps. Its one argument is JSON, RepairOrder. */
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import type { StoreSpec } from '../electron/engine/ports.ts'
import { repairVersion } from '../electron/engine/repair/repair.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import type { PackageRef } from '../shared/model/package.ts'
import { createInstallRig } from './install-rig.ts'

export interface RepairOrder {
  readonly libraryPath: string
  readonly spec: StoreSpec
  readonly ref: PackageRef
  readonly killAtStep: number
}

const order = JSON.parse(process.argv[2] ?? '{}') as RepairOrder
let steps = 0
const { library, connection, published } = createInstallRig({
  libraryPath: order.libraryPath,
  spec: order.spec,
  step: () => {
    steps += 1
    if (steps === order.killAtStep) process.kill(process.pid, 'SIGKILL')
  },
})
const io = { signal: new AbortController().signal }
await (await library.recover(io)).deleted
await repairVersion(
  {
    disk: createNodeDisk(),
    clock: createSystemClock(),
    connection: async () => connection,
    published,
    get entry() {
      process.env.KILL_AT_STEP = `${order.killAtStep - steps}`
      return new URL('workers/killing-repair-worker.ts', import.meta.url)
    },
  },
  library,
  order.ref,
  await library.verify(order.ref, io),
  { ...io, connectionId: undefined },
)
process.stdout.write('done\n')
