import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { startInProcess } from '../../../testkit/in-process-worker.ts'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSharedLimit } from '../transfers/rate-limit.ts'
import type { StartWorker } from './pool.ts'
import { type FromPack, type PackStart, runPack, type ToPack } from './run-pack.ts'
import type { WorkerContext } from './serve.ts'

/** Packs with the worker of this name ending by itself at once, as one that breaks down. */
async function packWithout(broken: string) {
  const temp = await createTempFolder()
  const [built] = await buildPackageFolder(temp.path, { files: [{ path: 'a.bin', sizeBytes: 5_000_000 }] })
  const absolutePath = join(temp.path, built?.path ?? '')
  const { size, mtimeMs, ino } = lstatSync(absolutePath)
  const data: PackStart = {
    source: {
      kind: 'folder',
      files: [{ path: 'a.bin', absolutePath, sizeBytes: size, modifiedMs: mtimeMs, inode: ino }],
    },
    partBytes: 1024 * 1024,
    known: [],
    partsInFlight: 2,
    limit: createSharedLimit(),
    counters: new SharedArrayBuffer(64),
    spec: { kind: 'folder', path: temp.path, root: '' },
    connectionName: 'Test models',
    key: 'models/a-1.0.0/archive.gz',
    uploadId: '0'.repeat(24),
  }
  const context: WorkerContext<PackStart, FromPack, ToPack> = {
    data,
    signal: new AbortController().signal,
    throwIfStopped: () => {},
    post: () => {},
    onMessage: () => {},
    receive: () => {
      throw new Error('not used')
    },
    receiveNow: () => undefined,
  }
  const gone = new AppError('internal', { what: `${broken} worker broke down` })
  const start: StartWorker = (name, ...rest) => {
    if (name !== broken) return startInProcess(name, ...rest)
    // Who starts it listens at once.
    return { result: Promise.reject(gone), post: () => {}, onMessage: () => {}, stop: async () => {} }
  }
  try {
    await expect(runPack(context, createNodeDisk(), start)).rejects.toMatchObject({ details: gone.details })
  } finally {
    await temp.remove()
  }
}

test.each(['digest', 'send'])('a %s thread that breaks down ends the publish', packWithout)
