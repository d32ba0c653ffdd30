/**
 * Starts a server as a child process and ends it for certain.
 *
 * 1. Spawn; keep the last 64 KiB of its output for error messages.
 * 2. A watchdog shell waits on a pipe from this process; when this process dies, however it dies, the pipe closes and the shell
 *    ends the server by its pid.
 * 3. Ask `isReady` until it says yes; the server exiting first, the time-out or the signal end the attempt with the output.
 * 4. Stop: SIGTERM, `graceMs` to end, SIGKILL, wait for the exit; then the watchdog.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface ServerProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly isReady: () => Promise<boolean>
  readonly readyTimeoutMs?: number
  readonly graceMs?: number
  readonly signal?: AbortSignal
}

export interface ServerProcess {
  readonly pid: number
  /** The end of what the process wrote. */
  output(): string
  /** Resolves when the process is gone. May be called again. */
  stop(): Promise<void>
}

const keptOutput = 64 * 1024

/** Gives the process once it is ready. Rejects with the end of its output if it never is; nothing runs on then. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { command, args, isReady, readyTimeoutMs = 60_000, graceMs = 3_000, signal } = options
  signal?.throwIfAborted()
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (text: string) => {
    output = (output + text).slice(-keptOutput)
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      keep(error.message)
      resolve()
    })
  })
  const { pid } = child
  if (pid === undefined) {
    await gone
    throw new Error(`${command} could not be started: ${output}`)
  }
  const endWatchdog = startWatchdog(pid)
  const stop = () => stopChild(child, gone, graceMs).finally(endWatchdog)

  const giveUpAtMs = performance.now() + readyTimeoutMs
  while (!(await isReady().catch(() => false))) {
    const ended = child.exitCode !== null || child.signalCode !== null
    if (ended || signal?.aborted || performance.now() > giveUpAtMs) {
      await stop()
      signal?.throwIfAborted()
      throw new Error(
        `${command} ${ended ? 'ended' : `was not ready after ${readyTimeoutMs} ms`}: ${output.slice(-2000)}`,
      )
    }
    await Promise.race([wait(50), gone])
  }
  return { pid, output: () => output, stop }
}

async function stopChild(child: ChildProcess, gone: Promise<void>, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await gone
  clearTimeout(timer)
}

/** Ends the process `pid` when this process dies. Gives what calls that off. */
export function startWatchdog(pid: number): () => void {
  if (process.platform === 'win32') return () => {}
  const script = 'while read -r _; do :; done; kill -TERM "$1"; sleep 3; kill -KILL "$1"'
  const watchdog = spawn('/bin/sh', ['-c', script, 'watchdog', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watchdog.unref()
  ;(watchdog.stdin as Socket).unref()
  // A pipe that breaks because the watchdog was ended is no news.
  watchdog.stdin.once('error', () => {})
  return () => {
    watchdog.kill('SIGKILL')
  }
}
