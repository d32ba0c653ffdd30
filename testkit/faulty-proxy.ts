/**
 * A store that answers wrongly: a proxy on the loopback address in front of a real one, which hands each answer to a fault before it goes out.
 *
 *  1. A request is read whole, and recorded. The first fault that it matches, and that has not been used up, decides what becomes of it; without one it
 *     passes. (Bodies are held in memory: this is for small packages.)
 *  2. A fault may ask the store, or not; it gives what goes out: an answer as it should have been, altered or made up, or bytes that are no HTTP.
 *  3. An answer can break off after some of its body: reset, ended, held for ever, or coming at 100 bytes a second.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { portOf } from './free-ports.ts'

export interface FaultyRequest {
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}
export interface StoreAnswer {
  readonly status: number
  /** Names lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}
export type Outgoing =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | (StoreAnswer & {
      readonly kind: 'answer'
      /** The body ends so after that many bytes; whole where it is missing. -1: not even the head goes out. */
      readonly stop?: { readonly afterBytes: number; readonly how: 'reset' | 'end' | 'stall' | 'trickle' }
    })
/** What a fault makes of a request: `ask` sends it to the store (as that of a stranger, if asked for), and gives its answer. */
export type Deed = (ask: Ask, request: FaultyRequest) => Promise<Outgoing>
export type Ask = (how?: { readonly unsigned: boolean }) => Promise<StoreAnswer>

export interface Fault {
  readonly match: (request: FaultyRequest) => boolean
  readonly deed: Deed
  /** So many matching requests pass before. */
  readonly skip?: number
  /** So many are hit; all where it is missing. */
  readonly times?: number
}

export interface FaultyProxy {
  readonly endpoint: string
  /** Since the start or the last `set`. */
  readonly requests: readonly FaultyRequest[]
  /** Requests that a fault was applied to. */
  hits(): number
  /** Resolves when a fault is applied, or was since the last \`set\`. */
  untilHit(): Promise<void>
  /** These faults from now on, and no others. */
  set(...faults: readonly Fault[]): void
  stop(): Promise<void>
}

/** `pageKeys`: listings come in pages of so many keys (for stores that are asked without a signature). */
export async function startFaultyProxy(
  target: string,
  options: { readonly pageKeys?: number } = {},
): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)
  const agent = new Agent({ keepAlive: true })
  const sockets = new Set<Socket>()
  const requests: FaultyRequest[] = []
  let faults: { fault: Fault; seen: number }[] = []
  let hits = 0
  let tellHit = () => {}
  let hit = Promise.resolve()

  const ask = (incoming: IncomingMessage, body: Buffer, { unsigned }: { unsigned: boolean }): Promise<StoreAnswer> =>
    new Promise((resolve, reject) => {
      const { method = 'GET', url = '/', headers } = incoming
      const path =
        options.pageKeys !== undefined && url.includes('list-type=2') ? `${url}&max-keys=${options.pageKeys}` : url
      const { expect: _, connection: __, ...signed } = headers
      const isOfSignature = (name: string) => name === 'authorization' || name.startsWith('x-amz-')
      const rest = Object.fromEntries(Object.entries(signed).filter(([name]) => !unsigned || !isOfSignature(name)))
      const upstream = request({ hostname, port, agent, method, path, setHost: false, headers: rest })
      upstream.on('error', reject)
      upstream.on('response', (answer) => {
        wholeOf(answer).then((bytes) => {
          const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...kept } = answer.headers
          resolve({ status: answer.statusCode ?? 0, headers: kept as Record<string, string>, body: bytes })
        }, reject)
      })
      upstream.end(body)
    })

  const take = (seen: FaultyRequest): Deed | undefined => {
    for (const each of faults) {
      const { match, deed, skip = 0, times = Number.POSITIVE_INFINITY } = each.fault
      if (!match(seen)) continue
      each.seen += 1
      if (each.seen <= skip || each.seen > skip + times) continue
      hits += 1
      tellHit()
      return deed
    }
    return undefined
  }

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url: path = '/', headers } = incoming
    const body = await wholeOf(incoming)
    const seen = { method, path, headers }
    requests.push(seen)
    const askStore: Ask = (how = { unsigned: false }) => ask(incoming, body, how)
    const deed = take(seen)
    const result: Outgoing = deed === undefined ? { kind: 'answer', ...(await askStore()) } : await deed(askStore, seen)
    if (result.kind === 'bytes') outgoing.socket?.end(result.bytes)
    else sendAnswer(result, method, outgoing)
  }
  const server = createServer({ keepAliveTimeout: 60_000 })
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    handle(incoming, outgoing).catch(() => outgoing.socket?.resetAndDestroy())
  }
  server.on('request', listener)
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.writeContinue()
    listener(incoming, outgoing)
  })
  server.on('connection', (socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    requests,
    hits: () => hits,
    untilHit: () => hit,
    set(...all) {
      faults = all.map((fault) => ({ fault, seen: 0 }))
      hits = 0
      hit = new Promise((resolve) => {
        tellHit = resolve
      })
      requests.length = 0
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      agent.destroy()
      await closed
    },
  }
}

function sendAnswer(answer: Extract<Outgoing, { kind: 'answer' }>, method: string, outgoing: ServerResponse): void {
  const { status, headers, body, stop } = answer
  const end = (how: 'reset' | 'end' | 'stall' | 'trickle') => {
    if (how === 'trickle') trickle(body.subarray(stop?.afterBytes), outgoing)
    if (how === 'reset') outgoing.socket?.resetAndDestroy()
    if (how === 'end') outgoing.socket?.destroySoon()
  }
  if (stop !== undefined && stop.afterBytes < 0) {
    end(stop.how)
    return
  }
  outgoing.writeHead(status, headers)
  if (method === 'HEAD' || stop === undefined) {
    outgoing.end(method === 'HEAD' ? undefined : body)
    return
  }
  outgoing.flushHeaders()
  outgoing.write(body.subarray(0, stop.afterBytes), () => end(stop.how))
  if (stop.afterBytes === 0) end(stop.how)
}

function trickle(bytes: Buffer, outgoing: ServerResponse): void {
  let at = 0
  const timer = setInterval(() => {
    outgoing.write(bytes.subarray(at, at + 10))
    at += 10
    if (at >= bytes.length) outgoing.end()
  }, 100)
  outgoing.once('close', () => clearInterval(timer))
}

async function wholeOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
