import { randomBytes } from 'node:crypto'
import { closeSync, cpSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { startCountingProxy } from '../../testkit/counting-proxy.ts'
import { type Bench, MiB, type Scenario, writeRandomFiles } from '../bench.ts'

/** What a new version moves: counted by a proxy in front of the store, not by Orbital. */
export const changed: Scenario = {
  name: 'changed',
  async run(bench) {
    const oneOfTwenty = await moved(bench, {
      name: 'twenty',
      files: Array.from({ length: 20 }, (_, n) => ({ path: `part-${n}.bin`, sizeBytes: 16 * MiB })),
      change: (folder) => writeRandomFiles(folder, [{ path: 'part-7.bin', sizeBytes: 16 * MiB }]),
    })
    const big = bench.quick ? 256 : 1024
    const inOneFile = await moved(bench, {
      name: 'one',
      files: [{ path: 'weights.bin', sizeBytes: big * MiB }],
      change: (folder) => overwrite(join(folder, 'weights.bin'), 64 * MiB, randomBytes(MiB)),
    })
    return {
      title: 'Only what changed',
      setUp: `A new version of a package: one of 20 files of 16 MiB replaced; 1 MiB at 64 MiB of a file of ${big} MiB overwritten. Bytes of bodies counted by a proxy in front of SeaweedFS, meta.json and lists included.`,
      table: [
        ['change', 'bytes changed', 'publish sent', 'install received'],
        ['one of 20 files', `${16 * MiB}`, `${oneOfTwenty.sentBytes}`, `${oneOfTwenty.receivedBytes}`],
        [`1 MiB of ${big} MiB`, `${MiB}`, `${inOneFile.sentBytes}`, `${inOneFile.receivedBytes}`],
      ],
      ratios: [
        {
          what: 'one of 20 files: publish sent ÷ changed',
          value: oneOfTwenty.sentBytes / (16 * MiB),
          target: { atMost: 1.05 },
        },
        {
          what: 'one of 20 files: install received ÷ changed',
          value: oneOfTwenty.receivedBytes / (16 * MiB),
          target: { atMost: 1.05 },
        },
        {
          what: `1 MiB of ${big} MiB: install received`,
          value: inOneFile.receivedBytes / 1e6,
          unit: ' MB',
          target: { atMost: 20 },
        },
      ],
      missing: [],
    }
  },
}

async function moved(
  bench: Bench,
  plan: {
    readonly name: string
    readonly files: readonly { readonly path: string; readonly sizeBytes: number }[]
    readonly change: (folder: string) => void
  },
): Promise<{ sentBytes: number; receivedBytes: number }> {
  const source = bench.path(plan.name)
  writeRandomFiles(source, plan.files)
  const proxy = await startCountingProxy(bench.store.endpoint)
  try {
    const env = { ...bench.env, AWS_ENDPOINT_URL_S3: proxy.endpoint }
    const run = (...args: string[]) => bench.orbitalAt(env, ...args)
    await run('publish', source, '--name', plan.name, '--version', '1.0.0')
    await run('install', `${plan.name}==1.0.0`)
    const next = bench.path(`${plan.name}-next`)
    cpSync(source, next, { recursive: true })
    plan.change(next)
    proxy.clear()
    await run('publish', next, '--name', plan.name, '--version', '1.1.0')
    const sentBytes = proxy.count().receivedBytes
    proxy.clear()
    await run('install', `${plan.name}==1.1.0`)
    return { sentBytes, receivedBytes: proxy.count().sentBytes }
  } finally {
    await proxy.stop()
  }
}

function overwrite(file: string, offset: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+')
  try {
    writeSync(handle, bytes, 0, bytes.length, offset)
  } finally {
    closeSync(handle)
  }
}
