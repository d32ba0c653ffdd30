import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'

/** In the child: a mistake made when it is told to. */
const mistakes = `data:text/javascript,${encodeURIComponent(`
  process.on('message', ({ kind, text }) => {
    const mistake = new TypeError(text)
    if (kind === 'rejection') Promise.reject(mistake)
    else setImmediate(() => { throw mistake })
  })
`)}`

function start(home: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', mistakes, path.join(import.meta.dirname, 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ORBITAL_HOME: home, ...env },
  })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      printed[name] += chunk.toString()
    })
  return { child, printed }
}
const logOf = (home: string) => readFileSync(path.join(home, 'logs', 'orbital.log'), 'utf8')
const framesIn = (log: string) => {
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly frames?: string[] })
  return lines.find(({ event }) => event === 'program.failed')?.frames
}

/** A command that is in the middle of asking a store which never answers. */
async function runInto(home: string, kind: string, args: readonly string[]) {
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const { child, printed } = start(home, args, {
    BUCKET: 'team',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
  })
  const [socket] = (await once(silent, 'connection')) as [Socket]
  child.send({ kind, text: 'hunter2' })
  const ended = await endOf(child)
  socket.destroy()
  silent.close()
  return { ended, ...printed }
}
async function endOf(child: ChildProcess): Promise<readonly unknown[]> {
  try {
    return await once(child, 'close', { signal: AbortSignal.timeout(20_000) })
  } finally {
    child.kill('SIGKILL')
  }
}

test.each(['rejection', 'exception'])(
  'a stray %s is told as every error, without stack or text',
  { timeout: 30_000 },
  async (kind) => {
    await using folder = await createTempFolder()
    const { ended, stdout, stderr } = await runInto(folder.path, kind, ['search'])
    expect(ended).toEqual([1, null])
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^orbital: Orbital made a mistake of its own \(TypeError\)\.\n/)
    expect(stderr).not.toMatch(/hunter2| at |stopped/)
    expect(framesIn(logOf(folder.path))).toEqual(expect.arrayContaining(['TypeError', expect.stringMatching(/^at /)]))
    expect(logOf(folder.path)).not.toContain('hunter2')
  },
)

test('with --json it is an error document', { timeout: 30_000 }, async () => {
  await using folder = await createTempFolder()
  const { ended, stdout, stderr } = await runInto(folder.path, 'rejection', ['search', '--json'])
  expect(ended).toEqual([1, null])
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toMatchObject({ type: 'error', code: 'internal', details: { what: 'TypeError' } })
})

test('the web host stops in order', { timeout: 30_000 }, async ({ skip }) => {
  const page = path.join(import.meta.dirname, '../../out/renderer/index.html')
  skip(!existsSync(page), 'the page is not built (npm run build)')
  await using folder = await createTempFolder()
  const address = path.join(folder.path, 'state', 'web-host.json')
  const { child, printed } = start(folder.path, ['serve'])
  await expect.poll(() => printed.stdout, { timeout: 20_000 }).toContain('Ctrl-C')
  expect(existsSync(address)).toBe(true)
  child.send({ kind: 'rejection', text: 'hunter2' })
  expect(await endOf(child)).toEqual([1, null])
  expect(printed.stderr).toContain('Orbital made a mistake of its own (TypeError).')
  expect(printed.stderr).not.toMatch(/hunter2| at /)
  expect(existsSync(address)).toBe(false)
})
