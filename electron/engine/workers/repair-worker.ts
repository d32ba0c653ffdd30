import { createNodeDisk } from '../disk/node-disk.ts'
import type { RepairedFiles } from '../repair/repair-files.ts'
import { type FromRepair, type RepairStart, runRepair } from './repair.ts'
import { serveWorker } from './serve.ts'
import type { CredentialsAnswer } from './worker-credentials.ts'

serveWorker<RepairStart, RepairedFiles, FromRepair, CredentialsAnswer>((context) =>
  runRepair(context, createNodeDisk()),
)
