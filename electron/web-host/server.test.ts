import { writeFileSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request as sendRequest } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { EngineEvent } from '../../shared/ipc/events.ts'
import { settings } from '../../shared/model/settings.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { createSystemClock } from '../engine/system-clock.ts'
import { createEventHub } from '../ipc/event-hub.ts'
import { createWebHostApi } from './host.ts'
import { startWebHost, type WebHost } from './server.ts'

let folder: TempFolder
let host: WebHost
let port: number
let token: string
const hub = createEventHub({ epoch: 'e', clock: createSystemClock() })
const disk = createNodeDisk()
let waiting: { readonly aborted: Promise<void> } | undefined

/** Two procedures are enough to see calls arrive, be answered and be cancelled. */
const api = {
  settings: { get: async () => settings.parse({}), set: async () => settings.parse({ theme: 'dark' }) },
  transfers: {
    wait: (_input: unknown, options?: { signal?: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        const aborted = new Promise<void>((resolve) =>
          options?.signal?.addEventListener('abort', () => {
            resolve()
            reject(options.signal?.reason)
          }),
        )
        waiting = { aborted }
      }),
  },
} as unknown as EngineApi

beforeAll(async () => {
  folder = await createTempFolder()
  const rendererFolder = path.join(folder.path, 'renderer')
  await mkdir(path.join(rendererFolder, 'assets'), { recursive: true })
  await writeFile(
    path.join(rendererFolder, 'index.html'),
    '<script nonce="ORBITAL_CSP_NONCE" src="/assets/a.js"></script>',
  )
  await writeFile(path.join(rendererFolder, 'assets/a.js'), 'ok()')
  await writeFile(path.join(folder.path, 'outside.js'), 'not for anyone')
  host = await startWebHost({
    api,
    hostApi: createWebHostApi({ disk, home: folder.path }),
    events: hub,
    disk,
    log: { write: () => {} },
    home: path.join(folder.path, 'home'),
    rendererFolder,
  })
  const url = new URL(host.url)
  port = Number(url.port)
  token = new URLSearchParams(url.hash.slice(1)).get('token') ?? ''
})
afterAll(async () => {
  await host.stop()
  hub.close()
  await folder.remove()
})

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function send(target: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const { method = 'GET', headers = {}, body } = options
  return new Promise<Reply>((resolve, reject) => {
    const request = sendRequest(
      { host: '127.0.0.1', port, path: target, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

const own = () => ({
  origin: `http://127.0.0.1:${port}`,
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
})
const call = (procedure: string, body: unknown, headers: Record<string, string> = own()) =>
  send(`/call/${procedure}`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })

describe('the page', () => {
  test('needs no token, and has a policy and a nonce', async () => {
    const { status, headers, body } = await send('/')
    expect(status).toBe(200)
    const [, nonce] = /'nonce-([^']+)'/.exec(headers['content-security-policy'] as string) ?? []
    expect(body).toContain(`nonce="${nonce}"`)
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect((await send('/assets/a.js')).body).toBe('ok()')
  })

  test.each(['/../outside.js', '/assets/../../outside.js', '/%2e%2e/outside.js', '/..%2foutside.js', '/nothing.js'])(
    '%s is not there',
    async (target) => {
      const { status, body } = await send(target)
      expect([status, body]).toEqual([404, 'Not found'])
    },
  )
})

describe('calls', () => {
  test('are answered', async () => {
    const { status, body, headers } = await call('settings.get', { callId: '1', input: {} })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ ok: true, value: { theme: 'system' } })
    expect(headers['cache-control']).toBe('no-store')
    const envelope = { callId: '1', procedure: 'host.facts', input: {} }
    expect(JSON.parse((await call('host.facts', envelope)).body)).toMatchObject({
      ok: true,
      value: { kind: 'browser' },
    })
  })

  test('list folders of this machine, without hidden ones', async () => {
    const listed = path.join(folder.path, 'listed')
    for (const name of ['b10', 'b9', '.hidden']) await mkdir(path.join(listed, name), { recursive: true })
    await writeFile(path.join(listed, 'm.sputnik'), '')
    await writeFile(path.join(listed, 'readme.txt'), '')
    const answer = JSON.parse((await call('host.listFolder', { callId: '1', input: { path: listed } })).body)
    expect(answer.value.parent).toBe(folder.path)
    expect(answer.value.entries.map(({ name }: { name: string }) => name)).toEqual(['b9', 'b10', 'm.sputnik'])
    const none = JSON.parse(
      (await call('host.listFolder', { callId: '1', input: { path: `${listed}/m.sputnik` } })).body,
    )
    expect(none).toMatchObject({ ok: false, error: { code: 'not-a-folder' } })
    const relative = JSON.parse((await call('host.listFolder', { callId: '1', input: { path: 'x' } })).body)
    expect(relative).toMatchObject({ ok: false, error: { code: 'usage' } })
  })

  test('list the folders of a folder with very many files', async () => {
    const listed = path.join(folder.path, 'full')
    await mkdir(path.join(listed, 'z-folder'), { recursive: true })
    for (let at = 0; at < 5_001; at += 1) writeFileSync(path.join(listed, `file-${at}.sputnik`), '')
    const { value } = JSON.parse((await call('host.listFolder', { callId: '1', input: { path: listed } })).body)
    expect(value.entries).toHaveLength(5_000)
    expect(value.entries[0]).toMatchObject({ name: 'z-folder', kind: 'folder' })
    expect(value.more).toBe(2)
  })

  test.each(['toString.call', 'settings.constructor', 'constructor.name', 'settings.toString'])(
    'of %s are a usage error',
    async (procedure) => {
      expect(JSON.parse((await call(procedure, { callId: '1', input: {} })).body)).toMatchObject({
        ok: false,
        error: { code: 'usage' },
      })
    },
  )

  test('with a hostile body are refused', async () => {
    const bodies = [
      '',
      'null',
      '[]',
      '{',
      '{"callId":"1"',
      '{"callId":1,"input":{}}',
      '{"callId":"1","input":{},"x":1}',
    ]
    for (const body of bodies) expect((await call('settings.get', body)).status).toBe(400)
    const polluting = '{"callId":"1","input":{},"__proto__":{"theme":"dark"}}'
    expect([200, 400]).toContain((await call('settings.get', polluting)).status)
    expect(Object.prototype).not.toHaveProperty('theme')
    const other = { callId: '1', procedure: 'settings.set', input: {} }
    expect((await call('settings.get', other)).status).toBe(400)
  })

  test('are refused without the token, from another site, and for another host', async () => {
    const body = { callId: '1', input: {} }
    const { authorization: _, ...withoutToken } = own()
    expect((await call('settings.get', body, withoutToken)).status).toBe(401)
    expect((await call('settings.get', body, { ...own(), origin: 'https://attacker.example' })).status).toBe(403)
    expect((await call('settings.get', body, { ...own(), 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await call('settings.get', body, { ...own(), host: `attacker.example:${port}` })).status).toBe(403)
    const preflight = await send('/call/settings.get', {
      method: 'OPTIONS',
      headers: { origin: 'https://attacker.example' },
    })
    expect(preflight.status).toBe(403)
    for (const name of Object.keys(preflight.headers)) expect(name).not.toMatch(/^access-control/)
  })

  test('with a body over 4 MiB are refused, announced or not', async () => {
    const headers = { ...own(), 'content-length': String(64 * 1024 * 1024) }
    expect((await send('/call/settings.get', { method: 'POST', headers, body: '{' })).status).toBe(413)
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        const lines = [`POST /call/settings.get HTTP/1.1`, `host: 127.0.0.1:${port}`, 'transfer-encoding: chunked']
        const all = [...lines, ...Object.entries(own()).map(([name, value]) => `${name}: ${value}`)]
        socket.write(`${all.join('\r\n')}\r\n\r\n`)
        const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
        for (let sent = 0; sent < 70; sent += 1) socket.write(chunk)
      })
      let text = ''
      socket.on('data', (bytes) => {
        text += bytes.toString()
        if (text.includes('\r\n')) socket.destroy()
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
  })

  test('with huge headers are refused', async () => {
    const { status } = await send('/', { headers: { 'x-long': 'x'.repeat(20_000) } })
    expect(status).toBe(431)
  })

  test('are cancelled by their own window, and when the browser goes away', async () => {
    const headers = { ...own(), 'x-orbital-window': 'w' }
    const cancel = (window: string) =>
      send('/cancel', { method: 'POST', headers: { ...own(), 'x-orbital-window': window }, body: '{"callId":"7"}' })
    waiting = undefined
    const answer = call('transfers.wait', { callId: '7', input: { id: 'x' } }, headers)
    await expect.poll(() => waiting).toBeDefined()
    expect((await cancel('another')).status).toBe(204)
    expect((await cancel('w')).status).toBe(204)
    expect(JSON.parse((await answer).body)).toMatchObject({ ok: false, error: { code: 'cancelled' } })

    waiting = undefined
    const gone = sendRequest({
      host: '127.0.0.1',
      port,
      path: '/call/transfers.wait',
      method: 'POST',
      headers,
      agent: false,
    })
    gone.on('error', () => {})
    gone.end('{"callId":"8","input":{"id":"x"}}')
    await expect.poll(() => waiting).toBeDefined()
    gone.destroy()
    await (waiting as unknown as { aborted: Promise<void> }).aborted
  })
})

describe('events', () => {
  test('come as they happen, hello first', async () => {
    const controller = new AbortController()
    const { authorization } = own()
    const response = await fetch(`http://127.0.0.1:${port}/events`, {
      headers: { authorization },
      signal: controller.signal,
    })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events: EngineEvent[] = []
    let text = ''
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part
      const messages = text.split('\n\n')
      text = messages.pop() ?? ''
      for (const message of messages) {
        events.push(JSON.parse(message.replace(/^data: /, '')))
        if (events.length === 1) hub.change({ kind: 'settings.changed' })
      }
      if (events.length === 2) break
    }
    expect(events.map(({ kind }) => kind)).toEqual(['hello', 'change'])
    controller.abort()
  })

  test('are for those with the token', async () => {
    expect((await send('/events')).status).toBe(401)
    expect((await send(`/events?token=${token}`)).status).toBe(401)
  })
})

test('the address is in a file that only its owner can read, and goes with the host', async () => {
  const home = path.join(folder.path, 'second')
  const second = await startWebHost({
    api,
    hostApi: createWebHostApi({ disk, home }),
    events: hub,
    disk,
    log: { write: () => {} },
    home,
    rendererFolder: path.join(folder.path, 'renderer'),
  })
  const file = path.join(home, 'state/web-host.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ format: 1, url: second.url, pid: process.pid })
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(second.url).not.toContain(token)
  await second.stop()
  await expect(stat(file)).rejects.toThrow('ENOENT')
})

test('a taken port is said in words', async () => {
  const options = { api, hostApi: createWebHostApi({ disk, home: folder.path }), events: hub, disk }
  await expect(
    startWebHost({ ...options, log: { write: () => {} }, home: folder.path, port, rendererFolder: folder.path }),
  ).rejects.toMatchObject({ code: 'usage' })
})
