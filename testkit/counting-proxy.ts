/**
 * An HTTP/1.1 proxy on the loopback address in front of one store.
 *
 * 1. A client uses the proxy as its endpoint. The request goes on unchanged with the Host header the client sent, so a signature
 *    over it stays valid: the client signs the proxy's address, and the store checks the header it got.
 * 2. Each request is recorded at once; its byte counters grow while the bodies run, so a test can compare in the middle.
 * 3. Faults are commands: throttle, cut, stall, refuse. They hold from now on, for requests that already run too.
 *
 * `sentBytes` counts body bytes handed to the client's socket, after the throttle. What the client has got is never more than that.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Transform } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { portOf } from './free-ports.ts'

export interface ProxiedRequest {
  readonly method: string
  /** Path with query, as sent by the client. */
  readonly path: string
  /** The Range header, as in `bytes=0-1023`. */
  readonly range: string | undefined
  /** The store's answer; undefined while there is none. */
  status: number | undefined
  /** Body bytes that came from the client and went to the store. */
  receivedBytes: number
  /** Body bytes that went to the client. */
  sentBytes: number
  /** How it ended: undefined while it runs. */
  end: 'done' | 'cut' | 'refused' | undefined
}

export interface RequestMatch {
  readonly method?: string
  readonly path?: RegExp
}

export interface CountingProxy {
  /** Takes the place of the store's endpoint. */
  readonly endpoint: string
  /** Every request since the start or the last `clear`, oldest first. Live objects. */
  readonly requests: readonly ProxiedRequest[]
  clear(): void
  /** Sum over the recorded requests that match. */
  count(match?: RequestMatch): { readonly requests: number; readonly sentBytes: number; readonly receivedBytes: number }
  /** Resolves when so many body bytes of matching requests, counted as `count` does, have gone to the client. */
  untilSent(match: RequestMatch, bytes: number): Promise<void>
  /** Limits the body bytes, all requests and both directions taken together; undefined takes the limit away. */
  throttle(bytesPerSecond: number | undefined): void
  /** Breaks the connections of the running requests that match. */
  cutNow(match?: RequestMatch): void
  /** Breaks the connection of the next `times` requests that match once `afterBytes` of the answer's body have gone out. */
  cutNext(cut: { readonly match?: RequestMatch; readonly afterBytes: number; readonly times?: number }): void
  /** Holds every matching byte back (open connections stay open) until `resume`. */
  stall(match?: RequestMatch): void
  /** Ends a stall. */
  resume(): void
  /** While true, new connections are reset and the running ones broken: the network is gone. */
  refuse(refused: boolean): void
  /** Answers matching requests itself, with this status and body, instead of asking the store; undefined ends it. */
  answer(
    fault:
      | { readonly match?: RequestMatch; readonly status: number; readonly body?: string; readonly times?: number }
      | undefined,
  ): void
  stop(): Promise<void>
}

interface Running {
  readonly record: ProxiedRequest
  cutAfterBytes: number | undefined
  cut(): void
}

/** Starts the proxy in front of `target`, an endpoint as in `http://127.0.0.1:4711`. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target)
  const requests: ProxiedRequest[] = []
  const running = new Set<Running>()
  const sockets = new Set<Socket>()
  const cuts: { match: RequestMatch | undefined; afterBytes: number; times: number }[] = []
  let fault: { match?: RequestMatch; status: number; body?: string; times?: number } | undefined
  let stalled: RequestMatch | undefined
  let resumed = createTurnstile()
  let refused = false
  const pace = createPace()
  const waiting = new Set<() => void>()

  function createGate(item: Running, direction: 'receivedBytes' | 'sentBytes'): Transform {
    return new Transform({
      highWaterMark: 64 * 1024,
      transform(chunk: Buffer, _encoding, done) {
        passSlowly(this, chunk).then(() => done(), done)
      },
    })
    async function passSlowly(gate: Transform, chunk: Buffer): Promise<void> {
      for (let at = 0; at < chunk.length; ) {
        while (stalled !== undefined && matches(item.record, stalled)) await resumed.opened
        let slice = chunk.subarray(at, at + pace.sliceBytes())
        if (direction === 'sentBytes' && item.cutAfterBytes !== undefined) {
          const leftBytes = item.cutAfterBytes - item.record.sentBytes
          if (leftBytes <= 0) return item.cut()
          slice = slice.subarray(0, leftBytes)
        }
        await pace.take(slice.length)
        item.record[direction] += slice.length
        gate.push(slice)
        for (const look of waiting) look()
        at += slice.length
      }
    }
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url: path = '/', headers } = incoming
    const record: ProxiedRequest = {
      method,
      path,
      range: headers.range,
      status: undefined,
      receivedBytes: 0,
      sentBytes: 0,
      end: undefined,
    }
    requests.push(record)
    const upstream = request({ hostname, port, method, path, setHost: false, agent: false })
    const headerPairs = incoming.rawHeaders
    for (let at = 0; at < headerPairs.length; at += 2)
      upstream.appendHeader(headerPairs[at] ?? '', headerPairs[at + 1] ?? '')
    const item: Running = {
      record,
      cutAfterBytes: takeCut(record),
      cut: () => {
        record.end ??= 'cut'
        upstream.destroy()
        outgoing.socket?.resetAndDestroy()
        incoming.destroy()
      },
    }
    running.add(item)
    upstream.setNoDelay(true)
    // A client that asks to be told to continue sends its body only after the store has seen these headers and said so.
    upstream.flushHeaders()
    outgoing.once('finish', () => {
      record.end ??= 'done'
    })
    outgoing.once('close', () => {
      record.end ??= 'cut'
      running.delete(item)
      upstream.destroy()
    })
    upstream.on('error', item.cut)
    upstream.on('continue', () => outgoing.writeContinue())
    upstream.on('response', (answer) => {
      record.status = answer.statusCode
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
      // Headers go out at once, so that a stalled or throttled body is one whose answer has begun.
      outgoing.flushHeaders()
      if (item.cutAfterBytes === 0) return item.cut()
      answer.on('error', item.cut)
      answer.pipe(createGate(item, 'sentBytes')).pipe(outgoing)
    })
    incoming.on('error', item.cut)
    incoming.pipe(createGate(item, 'receivedBytes')).pipe(upstream)
  }

  function answerItself(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const { method = 'GET', url: path = '/', headers } = incoming
    if (fault === undefined || !matches({ method, path }, fault.match)) return false
    const { status, body = '' } = fault
    if (fault.times !== undefined) {
      fault = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined
    }
    const sentBytes = method === 'HEAD' ? 0 : Buffer.byteLength(body)
    requests.push({ method, path, range: headers.range, status, receivedBytes: 0, sentBytes, end: 'done' })
    incoming.resume()
    outgoing.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) })
    outgoing.end(body)
    return true
  }

  function takeCut(record: ProxiedRequest): number | undefined {
    const index = cuts.findIndex((cut) => matches(record, cut.match))
    const cut = cuts[index]
    if (cut === undefined) return undefined
    cut.times -= 1
    if (cut.times === 0) cuts.splice(index, 1)
    return cut.afterBytes
  }

  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 })
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (!answerItself(incoming, outgoing)) forward(incoming, outgoing)
  }
  server.on('request', handle)
  server.on('checkContinue', handle)
  server.on('connection', (socket) => {
    socket.setNoDelay(true)
    if (refused) {
      const { method, path } = { method: '-', path: '-' }
      requests.push({
        method,
        path,
        range: undefined,
        status: undefined,
        receivedBytes: 0,
        sentBytes: 0,
        end: 'refused',
      })
      socket.resetAndDestroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const resume = () => {
    stalled = undefined
    resumed.open()
    resumed = createTurnstile()
  }
  const cutNow = (match?: RequestMatch) => {
    for (const item of [...running]) if (matches(item.record, match)) item.cut()
  }
  const count = (match?: RequestMatch) => {
    const counted = requests.filter((record) => matches(record, match))
    const sum = (key: 'sentBytes' | 'receivedBytes') => counted.reduce((total, record) => total + record[key], 0)
    return { requests: counted.length, sentBytes: sum('sentBytes'), receivedBytes: sum('receivedBytes') }
  }
  return {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    requests,
    clear: () => {
      requests.length = 0
    },
    count,
    untilSent: (match, bytes) =>
      new Promise((resolve) => {
        const look = () => {
          if (count(match).sentBytes < bytes) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    throttle: pace.limit,
    cutNow,
    cutNext: ({ match, afterBytes, times = 1 }) => {
      cuts.push({ match, afterBytes, times })
    },
    stall: (match = {}) => {
      stalled = match
    },
    resume,
    refuse: (value) => {
      refused = value
      if (!value) return
      cutNow()
      for (const socket of sockets) socket.resetAndDestroy()
    },
    answer: (value) => {
      fault = value
    },
    stop: async () => {
      pace.limit(undefined)
      resume()
      cutNow()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function matches(record: Pick<ProxiedRequest, 'method' | 'path'>, match: RequestMatch | undefined): boolean {
  if (match?.method !== undefined && match.method !== record.method) return false
  return match?.path === undefined || match.path.test(record.path)
}

/** A promise that somebody else opens. */
function createTurnstile(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** Hands out the right to send bytes, one after the other, so that no more than the limit goes per second. */
function createPace() {
  let bytesPerSecond: number | undefined
  let freeAtMs = 0
  return {
    limit: (value: number | undefined) => {
      bytesPerSecond = value
      freeAtMs = 0
    },
    /** Slices are small enough that a throttled transfer moves about 20 times a second. */
    sliceBytes: () => (bytesPerSecond === undefined ? 1024 * 1024 : Math.max(256, Math.floor(bytesPerSecond / 20))),
    take: async (bytes: number) => {
      if (bytesPerSecond === undefined) return
      const nowMs = performance.now()
      const startMs = Math.max(nowMs, freeAtMs)
      freeAtMs = startMs + (bytes / bytesPerSecond) * 1000
      if (startMs > nowMs) await wait(startMs - nowMs)
    },
  }
}
