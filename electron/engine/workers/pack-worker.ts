import { createNodeDisk } from '../disk/node-disk.ts'
import type { PackResult } from './pack.ts'
import { type FromPack, type PackStart, runPack, type ToPack } from './run-pack.ts'
import { serveWorker } from './serve.ts'

serveWorker<PackStart, PackResult, FromPack, ToPack>((context) => runPack(context, createNodeDisk()))
