import { createNodeDisk } from '../disk/node-disk.ts'
import { type FromSend, runSend, type SendStart, type ToSend } from './send.ts'
import { serveWorker } from './serve.ts'

serveWorker<SendStart, void, FromSend, ToSend>((context) => runSend(context, createNodeDisk()))
