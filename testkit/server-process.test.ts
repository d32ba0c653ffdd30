import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { findFreePorts, startOnFreePorts } from './free-ports.ts'
import { runCommand } from './run-command.ts'
import { startServerProcess } from './server-process.ts'

const answering = (port: number, more = '') =>
  `require('node:http').createServer((_, answer) => answer.end('here')).listen(${port}, '127.0.0.1'); ${more}`

const isReadyAt = (port: number) => async () => (await fetch(`http://127.0.0.1:${port}`)).ok

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('is ready when it answers, and gone after stop', async () => {
  const [port = 0] = await findFreePorts(1)
  const server = await startServerProcess({
    command: process.execPath,
    args: ['-e', answering(port)],
    isReady: isReadyAt(port),
  })
  expect(isAlive(server.pid)).toBe(true)
  await server.stop()
  expect(isAlive(server.pid)).toBe(false)
})

test('a server deaf to SIGTERM is ended all the same', async () => {
  const [port = 0] = await findFreePorts(1)
  const script = `process.on('SIGTERM', () => {}); ${answering(port)}`
  const server = await startServerProcess({
    command: process.execPath,
    args: ['-e', script],
    isReady: isReadyAt(port),
    graceMs: 200,
  })
  await server.stop()
  expect(isAlive(server.pid)).toBe(false)
})

test('a server that ends at once gives its last words', async () => {
  const options = { command: process.execPath, args: ['-e', 'console.error("port is taken"); process.exit(1)'] }
  await expect(startServerProcess({ ...options, isReady: async () => false })).rejects.toThrow(/port is taken/)
})

test('a port that another took before the server did is followed by another one; other faults are not tried again', async () => {
  const taken: number[] = []
  const thief = createServer((socket) => socket.destroy())
  const server = await startOnFreePorts(1, async ([port = 0]) => {
    if (taken.length === 0) await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve))
    taken.push(port)
    return startServerProcess({ command: process.execPath, args: ['-e', answering(port)], isReady: isReadyAt(port) })
  })
  expect(taken).toHaveLength(2)
  expect(await (await fetch(`http://127.0.0.1:${taken[1]}`)).text()).toBe('here')
  await server.stop()
  thief.close()

  let starts = 0
  const failing = startOnFreePorts(1, async () => {
    starts += 1
    throw new Error('no such file')
  })
  await expect(failing).rejects.toThrow('no such file')
  expect(starts).toBe(1)
})

test('a server that never answers is given up', async () => {
  const options = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], readyTimeoutMs: 300 }
  await expect(startServerProcess({ ...options, isReady: async () => false })).rejects.toThrow(/not ready/)
})

test('a server dies with the process that started it, however that ended', async () => {
  const [port = 0] = await findFreePorts(1)
  const script = `
    import { startServerProcess } from ${JSON.stringify(new URL('./server-process.ts', import.meta.url).href)}
    const server = await startServerProcess({
      command: process.execPath,
      args: ['-e', ${JSON.stringify(answering(port))}],
      isReady: async () => (await fetch('http://127.0.0.1:${port}')).ok,
    })
    console.log(server.pid)
    setInterval(() => {}, 1000)
  `
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
})

test('a command that brings nothing any more is ended', async () => {
  const result = await runCommand(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    measureProgress: async () => 7,
    stallMs: 500,
  })
  expect(result).toMatchObject({ exitCode: null, failure: expect.stringContaining('no byte') })
})

test('a command is ended by its signal and by its time', async () => {
  const idle = ['-e', 'setInterval(() => {}, 1000)']
  expect(await runCommand(process.execPath, idle, { signal: AbortSignal.timeout(100) })).toMatchObject({
    failure: 'cancelled',
  })
  expect(await runCommand(process.execPath, idle, { timeoutMs: 100 })).toMatchObject({
    failure: 'not done after 0.1 s',
  })
})
