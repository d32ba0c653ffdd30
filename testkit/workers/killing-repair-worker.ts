/** A repair worker that ends its whole process by SIGKILL right after so many steps: `KILL_AT_STEP`. */
import { createNodeDisk } from '../../electron/engine/disk/node-disk.ts'
import type { RepairedFiles } from '../../electron/engine/repair/repair-files.ts'
import { type FromRepair, type RepairStart, runRepair } from '../../electron/engine/workers/repair.ts'
import { serveWorker } from '../../electron/engine/workers/serve.ts'
import type { CredentialsAnswer } from '../../electron/engine/workers/worker-credentials.ts'

const killAtStep = Number(process.env.KILL_AT_STEP)
let steps = 0

serveWorker<RepairStart, RepairedFiles, FromRepair, CredentialsAnswer>((context) =>
  runRepair(context, createNodeDisk(), () => {
    steps += 1
    if (steps === killAtStep) process.kill(process.pid, 'SIGKILL')
  }),
)
