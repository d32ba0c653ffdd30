import { spawn } from 'node:child_process'

export interface CommandResult {
  /** The exit code; null when a signal ended the process or it could not be started. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** Why the process never ran or was ended by the rig, in words. */
  readonly failure?: string | undefined
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Asked every second; a number that stays the same for `stallMs` ends the process. */
  readonly measureProgress?: () => Promise<number>
  readonly stallMs?: number
}

/** Runs a command without a shell and without input to its end. Never rejects; a cancelled signal ends the process by force. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { signal, timeoutMs = 300_000 } = options
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    let failure: string | undefined
    const end = (reason: string) => {
      failure ??= reason
      child.kill('SIGKILL')
    }
    const onAbort = () => end('cancelled')
    const timer = setTimeout(() => end(`not done after ${timeoutMs / 1000} s`), timeoutMs)
    const stopWatching = watchProgress(options, end)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const finish = (exitCode: number | null) => {
      clearTimeout(timer)
      stopWatching()
      signal?.removeEventListener('abort', onAbort)
      resolve({ exitCode, stdout, stderr, failure })
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      failure ??= error.code === 'ENOENT' ? `${command} is not installed` : error.message
      finish(null)
    })
    child.once('close', finish)
  })
}

function watchProgress(options: CommandOptions, end: (reason: string) => void): () => void {
  const { measureProgress, stallMs = 45_000 } = options
  if (measureProgress === undefined) return () => {}
  let last = -1
  let lastChangeMs = performance.now()
  const timer = setInterval(async () => {
    const now = await measureProgress().catch(() => last)
    if (now !== last) {
      last = now
      lastChangeMs = performance.now()
    } else if (performance.now() - lastChangeMs > stallMs) {
      end(`no byte arrived for ${stallMs / 1000} s`)
    }
  }, 1000)
  return () => clearInterval(timer)
}

/** The last lines of a command's output, for a message that says why it failed. */
export function describeFailure(result: CommandResult): string {
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-3).join(' | ')
  return result.failure ?? (lines || `exit code ${result.exitCode}`)
}
