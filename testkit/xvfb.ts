import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import type { Available } from './available.ts'
import { runCommand } from './run-command.ts'
import { startWatchdog } from './server-process.ts'

export interface Display {
  /** For the environment variable DISPLAY, as in `:99`. */
  readonly name: string
  /** Started here, with no window of anybody else on it. */
  readonly isOwn: boolean
  stop(): Promise<void>
}

/**
 * A screen to open windows on: the one that is there (its `stop` does nothing), else an Xvfb on a display number of its own
 * choosing. Missing when there is neither.
 */
export async function startDisplay(options: { signal?: AbortSignal; size?: string } = {}): Promise<Available<Display>> {
  if (process.platform !== 'linux') return { name: '', isOwn: false, stop: async () => {} }
  const { DISPLAY = '' } = process.env
  if (await isAnswering(DISPLAY)) return { name: DISPLAY, isOwn: false, stop: async () => {} }
  const help = await runCommand('Xvfb', ['-help'], { timeoutMs: 10_000 })
  if (help.failure !== undefined) return { missing: `no screen, and ${help.failure}` }
  return startXvfb(options)
}

/** A display's name may outlive its server, so a local one is tried; one on another machine is believed. */
function isAnswering(display: string): Promise<boolean> {
  if (display === '') return Promise.resolve(false)
  const number = /^(?:unix)?:(\d+)/.exec(display)?.[1]
  if (number === undefined) return Promise.resolve(true)
  return new Promise((resolve) => {
    const socket = connect(`/tmp/.X11-unix/X${number}`)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function startXvfb({
  signal,
  size = '1440x1000x24',
}: {
  signal?: AbortSignal
  size?: string
}): Promise<Available<Display>> {
  return new Promise((resolve) => {
    // It picks the first free display number itself and writes it to the pipe once it is ready.
    const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const endWatchdog = child.pid === undefined ? () => {} : startWatchdog(child.pid)
    const gone = new Promise<void>((settle) => {
      child.once('exit', () => settle())
      child.once('error', () => settle())
    })
    const stop = async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await gone
      clearTimeout(timer)
      endWatchdog()
    }
    const timer = setTimeout(() => {
      resolve({ missing: 'Xvfb did not start within 20 s' })
      void stop()
    }, 20_000)
    signal?.addEventListener('abort', () => void stop(), { once: true })
    void gone.then(() => resolve({ missing: 'Xvfb ended at once' }))
    let answer = ''
    child.stdio[3]?.on('data', (bytes: Buffer) => {
      answer += bytes.toString()
      if (!answer.endsWith('\n')) return
      clearTimeout(timer)
      resolve({ name: `:${answer.trim()}`, isOwn: true, stop })
    })
  })
}
