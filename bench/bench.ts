import { randomFillSync } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Available, isMissing } from '../testkit/available.ts'
import { fetchRclone } from '../testkit/rclone-server.ts'
import { runCommand } from '../testkit/run-command.ts'
import { type S3Server, startS3Server } from '../testkit/s3-server.ts'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { bucketEnvironment } from '../testkit/test-engine.ts'
import { measure, type Run } from './measure.ts'
import type { Section } from './report.ts'
import { fetchS5cmd } from './s5cmd.ts'

/** What a scenario works with: one store, one bucket, one folder for everything; every client runs in a process of its own. */
export interface Bench {
  readonly quick: boolean
  /** How often each client runs. */
  readonly rounds: number
  readonly store: S3Server
  readonly bucket: string
  /** Of the bucket and its keys, for every client. */
  readonly env: Record<string, string>
  /** Where everything that is made lies; emptied between scenarios. */
  path(...parts: string[]): string
  orbital(...args: string[]): Promise<Run>
  orbitalAt(env: Record<string, string>, ...args: string[]): Promise<Run>
  /**
   * Runs a peer that copies `from` to `to` (paths, or keys as `s3://…`), with the store or, without signing in, a server of public buckets;
   * undefined where the machine hasn't got it.
   */
  peer(name: PeerName, from: string, to: string, publicEndpoint?: string): Promise<Run | undefined>
  /** Why a peer can't run here. */
  readonly missing: readonly string[]
  /** Deletes everything below the bench's folder, and the library. */
  clear(): void
}
export type PeerName = 's5cmd' | 'rclone' | 'aws s3 cp'
export const peerNames: readonly PeerName[] = ['s5cmd', 'rclone', 'aws s3 cp']

export interface Scenario {
  readonly name: string
  run(bench: Bench): Promise<Section>
}

export const MiB = 1024 * 1024
export const GiB = 1024 * MiB

/** As the launchers start it (checks/launchers.test.ts). */
const cli = ['--max-semi-space-size=16', resolve(import.meta.dirname, '../out/main/cli.js')]

export async function startBench(options: { readonly quick: boolean }): Promise<Bench & { stop(): Promise<void> }> {
  if (!existsSync(cli.at(-1) ?? '')) throw new Error('npm run build comes first')
  const store = await startS3Server()
  const folder = await createTempFolder('orbital-bench-')
  const bucket = await store.createBucket()
  const env = { ...bucketEnvironment(store, bucket), HOME: folder.path, ORBITAL_HOME: join(folder.path, 'home') }
  const peers: Record<PeerName, Available<string>> = {
    s5cmd: await fetchS5cmd(),
    rclone: await fetchRclone(),
    'aws s3 cp': await findAws(),
  }
  const rcloneEnv = (publicEndpoint: string | undefined) => ({
    RCLONE_CONFIG_S3_TYPE: 's3',
    RCLONE_CONFIG_S3_PROVIDER: 'Other',
    RCLONE_CONFIG_S3_ENDPOINT: publicEndpoint ?? store.endpoint,
    RCLONE_CONFIG_S3_ENV_AUTH: String(publicEndpoint === undefined),
    RCLONE_CONFIG: join(folder.path, 'rclone.conf'),
  })
  const isKey = (place: string) => place.startsWith('s3://')
  const argumentsOf = (
    name: PeerName,
    {
      from,
      to,
      publicEndpoint,
    }: { readonly from: string; readonly to: string; readonly publicEndpoint?: string | undefined },
  ): readonly string[] => {
    const place = (each: string) => (isKey(each) ? `s3:${each.slice('s3://'.length)}` : each)
    if (name === 'rclone') return isKey(from) ? ['copyto', place(from), to] : ['copy', from, place(to)]
    const where = [
      '--endpoint-url',
      publicEndpoint ?? store.endpoint,
      ...(publicEndpoint === undefined ? [] : ['--no-sign-request']),
    ]
    if (name === 's5cmd') return [...where, 'cp', isKey(from) ? from : `${from}/`, to]
    return [...where, 's3', 'cp', '--only-show-errors', ...(isKey(from) ? [] : ['--recursive']), from, to]
  }
  const orbitalAt = (at: Record<string, string>, ...args: string[]) =>
    measure(process.execPath, [...cli, ...args], { env: at })
  return {
    quick: options.quick,
    rounds: options.quick ? 1 : 5,
    store,
    bucket,
    env,
    path: (...parts) => join(folder.path, 'work', ...parts),
    orbital: (...args) => orbitalAt(env, ...args),
    orbitalAt,
    async peer(name, from, to, publicEndpoint) {
      const command = peers[name]
      if (isMissing(command)) return undefined
      return measure(command, argumentsOf(name, { from, to, publicEndpoint }), {
        env: { ...env, ...rcloneEnv(publicEndpoint) },
      })
    },
    missing: Object.values(peers).flatMap((peer) => (isMissing(peer) ? [peer.missing] : [])),
    clear() {
      rmSync(join(folder.path, 'work'), { recursive: true, force: true })
      rmSync(join(folder.path, 'home'), { recursive: true, force: true })
    },
    async stop() {
      await store.stop()
      await folder.remove()
    },
  }
}

async function findAws(): Promise<Available<string>> {
  try {
    const { exitCode } = await runCommand('aws', ['--version'])
    if (exitCode === 0) return 'aws'
  } catch {
    // Not there: told below.
  }
  return { missing: 'aws s3 cp: no `aws` on this machine (Debian has it in the package awscli)' }
}

interface PlannedFile {
  readonly path: string
  readonly sizeBytes: number
}

/** Writes incompressible files of these sizes, never more than 16 MiB of them in memory. */
export function writeRandomFiles(folder: string, files: readonly PlannedFile[]): void {
  const piece = Buffer.allocUnsafe(16 * MiB)
  writeFiles(folder, files, (sizeBytes) => randomFillSync(piece, 0, sizeBytes))
}

/** Writes 32-bit floats around 0 with the spread of a trained layer, which gzip shrinks by about 7 %. */
export function writeFloatFiles(folder: string, files: readonly PlannedFile[]): void {
  const floats = new Float32Array(4 * MiB)
  for (let at = 0; at < floats.length; at += 1)
    floats[at] = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()) * 0.02
  writeFiles(folder, files, () => Buffer.from(floats.buffer))
}

function writeFiles(folder: string, files: readonly PlannedFile[], nextPiece: (sizeBytes: number) => Buffer): void {
  for (const { path, sizeBytes } of files) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    const file = openSync(target, 'w')
    try {
      for (let left = sizeBytes; left > 0; ) {
        const length = Math.min(left, 16 * MiB)
        left -= writeSync(file, nextPiece(length), 0, length)
      }
    } finally {
      closeSync(file)
    }
  }
}

/** A curl config with the keys, so that they are on no command line. */
export function writeCurlConfig(bench: Bench): string {
  const file = bench.path('curl.conf')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `user = "${bench.env.AWS_ACCESS_KEY_ID}:${bench.env.AWS_SECRET_ACCESS_KEY}"\n`, { mode: 0o600 })
  return file
}
