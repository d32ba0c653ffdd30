import { spawn } from 'node:child_process'
import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createStore } from '../electron/engine/object-store/create-store.ts'
import type { Io, ObjectStore, OpenConnection, StoreSpec } from '../electron/engine/ports.ts'
import { createPublishRunner } from '../electron/engine/publish/publish.ts'
import type { PublishDeps } from '../electron/engine/publish/publish-context.ts'
import { largestArchiveBytes } from '../electron/engine/publish/publish-keys.ts'
import { type PublishRequest, rowsOf } from '../electron/engine/publish/publish-request.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { createJournal, openJournal } from '../electron/engine/transfers/journal.ts'
import type { Outcome, Phase } from '../electron/engine/transfers/transfer-runner.ts'
import type { WireError } from '../shared/errors.ts'
import type { PackageInfo } from '../shared/model/package.ts'
import type { Progress } from '../shared/model/transfer.ts'
import { keepWasmCode } from './keep-wasm-code.ts'
import type { PublishOrder } from './publish-process.ts'
import { createRigTask, silentLog } from './rig-task.ts'

export function openTestStore(spec: StoreSpec): ObjectStore {
  return createStore(spec, { disk: createNodeDisk(), clock: createSystemClock(), log: silentLog })
}

export function openTestConnection(spec: StoreSpec, store: ObjectStore = openTestStore(spec)): OpenConnection {
  return { id: 'test', name: 'Test models', place: store.endpoint, store, spec: async () => spec }
}

/** What publishing every file of a folder (its `package.json` apart) would be asked for. */
export function requestFor(folder: string, info: PackageInfo, publishedBy: string): PublishRequest {
  const files = listFiles(folder)
    .map((absolutePath) => {
      const { size, mtimeMs, ino } = lstatSync(absolutePath)
      const path = relative(folder, absolutePath).split(sep).join('/')
      return { path, absolutePath, sizeBytes: size, modifiedMs: mtimeMs, inode: ino }
    })
    .filter(({ path }) => path !== 'package.json')
  return {
    connectionId: 'test',
    source: { kind: 'folder', path: folder },
    info,
    insideFolder: '',
    files: rowsOf(files, ''),
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    maxArchiveBytes: largestArchiveBytes(files),
    publishedBy,
  }
}

const listFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? listFiles(path) : [path]
    })

export interface PublishRun {
  readonly outcome: Promise<Outcome>
  /** What was entered, in order. */
  readonly phases: readonly Phase[]
  progress(): Progress
  wireBytes(): number
  stop(): void
}

/**
 * One run of one publish transfer as the queue would start it: `journalFolder` is new for a first run, and given again for the next run of
 * the same home.
 */
export function startPublish(options: {
  readonly journalFolder: string
  readonly request: PublishRequest
  readonly connection: OpenConnection
  readonly discard?: boolean
  readonly deps?: Partial<PublishDeps>
}): PublishRun {
  const disk = createNodeDisk()
  const clock = createSystemClock()
  const { journalFolder, request, connection } = options
  const journal = existsSync(journalFolder)
    ? openJournal(disk, journalFolder)
    : createJournal(disk, journalFolder, { kind: 'transfer' })
  const task = createRigTask({ id: 'test', request, journal, clock, totalBytes: request.totalBytes })
  const runner = createPublishRunner({
    disk,
    clock,
    openConnection: async () => connection,
    isThere: () => true,
    tool: 'Orbital test',
    partsInFlight: () => 3,
    ...options.deps,
  })
  const outcome = options.discard === true ? runner.discard(task).then(() => ({})) : runner.run(task)
  outcome.catch(() => {})
  return {
    outcome,
    phases: task.phases,
    progress: task.meter.read,
    wireBytes: task.meter.wireBytes,
    stop: task.abort,
  }
}

/** Every key of Orbital's own, and every open upload: what a settled publish leaves none of. */
export async function listLeftBehind(store: ObjectStore, io: Io): Promise<string[]> {
  const left: string[] = []
  for (const prefix of ['orbital/seals/', 'orbital/probe/'])
    for await (const page of store.list(prefix, io)) left.push(...page.map(({ key }) => key))
  for (const { key, uploadId } of await store.listUploads('models/', io)) left.push(`upload ${uploadId} of ${key}`)
  return left
}

export interface PublisherProcess {
  /** Resolves when it stands where it was told to hold. */
  readonly ready: Promise<void>
  go(): void
  /** By force, wherever it stands. */
  kill(): void
  /** What it wrote at its end, or the signal that ended it. */
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly result: PublishResult | undefined }>
}
export type PublishResult = { readonly outcome: Outcome } | { readonly error: WireError }

/** A publisher in a process of its own. */
export function spawnPublisher(order: PublishOrder): PublisherProcess {
  const child = spawn(
    process.execPath,
    [keepWasmCode, fileURLToPath(new URL('./publish-process.ts', import.meta.url))],
    {
      env: { ...process.env, ORBITAL_TEST_PUBLISH: JSON.stringify(order) },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let output = ''
  let markReady = () => {}
  const ready = new Promise<void>((resolve) => {
    markReady = resolve
  })
  child.stdin.on('error', () => {})
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.startsWith('ready\n')) markReady()
  })
  const ended = new Promise<Awaited<PublisherProcess['ended']>>((resolve) => {
    child.once('close', (_, signal) => {
      markReady()
      const line = output.trim().split('\n').at(-1) ?? ''
      resolve({ signal, result: line.startsWith('{') ? (JSON.parse(line) as PublishResult) : undefined })
    })
  })
  return { ready, go: () => child.stdin.write('go\n'), kill: () => child.kill('SIGKILL'), ended }
}
