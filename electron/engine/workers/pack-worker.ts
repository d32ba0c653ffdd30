import { createNodeDisk } from '../disk/node-disk.ts'
import { runPack } from './run-pack.ts'
import { serveWorker } from './serve.ts'

serveWorker((context) => runPack(context as never, createNodeDisk()))
