/**
 * The cache of the tests' big downloads, `~/.cache/orbital/<thing>/` (override: ORBITAL_TEST_CACHE).
 *
 * 1. The folder is there → it is complete, because it came by one rename.
 * 2. Take the lock `<thing>.lock` (a file made with exclusive create that holds the pid); a lock of a dead process is taken over.
 * 3. Look again (somebody else may have fetched it while this one waited).
 * 4. Produce into a fresh `<thing>.<random>.partial`, rename it in, drop the lock. Whatever fails leaves nothing in place.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Available, isMissing, type Missing } from './available.ts'
import { runCommand } from './run-command.ts'

export interface CacheRequest {
  /** The name of the folder in the cache; it carries the version of what is in it. */
  readonly thing: string
  /** Fills the empty folder, or says why it can't. An error that it throws becomes the reason. */
  readonly produce: (folder: string) => Promise<Missing | undefined>
  readonly signal?: AbortSignal
  /** How long another process that holds the lock is waited for. */
  readonly lockWaitMs?: number
}

/** The folder that all cached things lie in. */
export function cacheRoot(): string {
  return process.env.ORBITAL_TEST_CACHE ?? join(homedir(), '.cache', 'orbital')
}

/** Gives the path of the cached folder, produced first when it is not there yet. Never rejects and never waits for ever. */
export async function cached(request: CacheRequest): Promise<Available<string>> {
  const root = cacheRoot()
  const target = join(root, request.thing)
  if (await exists(target)) return target
  try {
    await mkdir(root, { recursive: true })
    const lock = await takeLock(`${target}.lock`, request)
    if (isMissing(lock)) return lock
    try {
      if (await exists(target)) return target
      return await produceInto(target, request)
    } finally {
      await lock.release()
    }
  } catch (error) {
    return { missing: `${request.thing}: ${error instanceof Error ? error.message : String(error)}` }
  }
}

async function produceInto(target: string, { produce, thing }: CacheRequest): Promise<Available<string>> {
  const partial = `${target}.${randomUUID().slice(0, 8)}.partial`
  await mkdir(partial)
  try {
    const outcome = await produce(partial)
    if (outcome !== undefined) return { missing: `${thing}: ${outcome.missing}` }
    await rename(partial, target).catch(async (error) => {
      if (!(await exists(target))) throw error
    })
    return target
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function takeLock(path: string, request: CacheRequest): Promise<Available<{ release(): Promise<void> }>> {
  const { signal, lockWaitMs = 600_000 } = request
  const giveUpAtMs = performance.now() + lockWaitMs
  for (;;) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      return { release: () => rm(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (await isAbandoned(path)) await rm(path, { force: true })
    else if (performance.now() > giveUpAtMs)
      return { missing: `${request.thing}: another process has been fetching it for too long` }
    else await wait(200, undefined, { signal })
  }
}

async function isAbandoned(lockPath: string): Promise<boolean> {
  const pid = Number(await readFile(lockPath, 'utf8').catch(() => ''))
  if (Number.isInteger(pid) && pid > 0) return !isAlive(pid)
  const age = await stat(lockPath).then(
    (status) => Date.now() - status.mtimeMs,
    () => 0,
  )
  return age > 5_000
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * Runs a registry's own client, which downloads one file into `folder`. The command is ended when nothing in the folder grows
 * for 45 s. Gives the path of the file whose name ends in `suffix`, its sha256 checked against the pinned one.
 */
export async function download(options: {
  readonly command: string
  readonly args: readonly string[]
  readonly folder: string
  readonly suffix: string
  readonly sha256: string
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
}): Promise<Available<string>> {
  const { command, args, folder, suffix, sha256, signal } = options
  const result = await runCommand(command, args, {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder, ...options.env },
    timeoutMs: 900_000,
    measureProgress: () => sizeOfTree(folder),
    signal,
  })
  if (result.exitCode !== 0)
    return { missing: `could not be downloaded (${lastLine(result.failure ?? result.stderr)})` }
  const name = (await readdir(folder)).find((entry) => entry.endsWith(suffix))
  if (name === undefined) return { missing: `${command} downloaded no *${suffix}` }
  const path = join(folder, name)
  const actual = await sha256OfFile(path)
  if (actual !== sha256) return { missing: `the download ${name} has sha256 ${actual}, pinned is ${sha256}` }
  return path
}

async function sizeOfTree(folder: string): Promise<number> {
  let totalBytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    totalBytes += await stat(join(entry.parentPath, entry.name)).then(
      (status) => status.size,
      () => 0,
    )
  }
  return totalBytes
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
}
