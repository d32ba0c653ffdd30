import { type ChildProcess, spawn } from 'node:child_process'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import type { Io } from '../ports.ts'
import type { Environment } from './environment.ts'
import type { Identity } from './identity.ts'

const answer = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().optional(),
  Expiration: z.string().optional(),
})

const maxBytes = 1_000_000
/** A person may have to touch a key or type a code in it. */
const defaultTimeoutMs = 60_000

/**
 * Credentials from a program of the person's own (`credential_process`): run by the system's shell, it prints JSON and ends with 0. What it prints,
 * on stdout or stderr, and the command itself can hold secrets, so errors (`sign-in-failed`) tell only what kind of fault it was.
 */
export async function runCredentialProcess(
  command: string,
  about: { readonly connection: string; readonly source: string },
  options: Io & { readonly env: Environment; readonly timeoutMs?: number },
): Promise<Identity> {
  const { timeoutMs = defaultTimeoutMs } = options
  const fail = (reason: string, cause?: unknown) => new AppError('sign-in-failed', { ...about, reason }, cause)
  const timeout = AbortSignal.timeout(timeoutMs)
  const { code, output, failure } = await run(command, options.env, AbortSignal.any([options.signal, timeout]))
  if (options.signal.aborted) throw new AppError('cancelled', {})
  if (timeout.aborted) throw fail(`It gave no answer within ${timeoutMs / 1000} s and was ended.`)
  if (failure === 'too-long') throw fail('It printed far more than credentials.')
  if (failure !== undefined) throw fail('It could not be started.')
  if (code !== 0) throw fail(code === null ? 'It was ended from outside.' : `It ended with code ${code}.`)
  const parsed = answer.safeParse(parseText(output))
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].filter((name) => name !== '')
    throw fail(
      fields.length === 0 ? 'What it printed is not JSON.' : `What it printed lacks a usable ${fields.join(', ')}.`,
    )
  }
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = parsed.data
  const expiration = Expiration === undefined ? undefined : new Date(Expiration)
  if (expiration !== undefined && Number.isNaN(expiration.getTime())) throw fail('Its Expiration is not a time.')
  if (expiration !== undefined && expiration.getTime() <= Date.now()) throw fail('What it printed has expired already.')
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken ? { sessionToken: SessionToken } : {}),
    ...(expiration === undefined ? {} : { expiration }),
  }
}

interface Outcome {
  readonly code: number | null
  readonly output: string
  readonly failure?: 'too-long' | 'not-started'
}

function run(command: string, env: Environment, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ code: null, output: '' })
    // A group of its own, so that what the shell started ends with it.
    const child = spawn(command, {
      shell: true,
      detached: process.platform !== 'win32',
      windowsHide: true,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const chunks: Buffer[] = []
    let totalBytes = 0
    const finish = (outcome: Omit<Outcome, 'output'>) => {
      signal.removeEventListener('abort', onAbort)
      resolve({ ...outcome, output: Buffer.concat(chunks).toString('utf8') })
    }
    // Not awaited to end: it may refuse to.
    const end = (failure?: Outcome['failure']) => {
      endGroup(child)
      child.stdout.destroy()
      finish({ code: null, ...(failure === undefined ? {} : { failure }) })
    }
    const onAbort = () => end()
    signal.addEventListener('abort', onAbort, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      totalBytes += chunk.length
      if (totalBytes > maxBytes) end('too-long')
      else chunks.push(chunk)
    })
    child.once('error', () => finish({ code: null, failure: 'not-started' }))
    child.once('close', (code) => finish({ code }))
  })
}

function endGroup(child: ChildProcess): void {
  const { pid } = child
  try {
    if (pid === undefined) child.kill('SIGKILL')
    // There the shell alone would end, not what it started.
    else if (process.platform === 'win32') {
      const options = { stdio: 'ignore', windowsHide: true } as const
      spawn('taskkill', ['/pid', String(pid), '/t', '/f'], options).once('error', () => child.kill('SIGKILL'))
    } else process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
