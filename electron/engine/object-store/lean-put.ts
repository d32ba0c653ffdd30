import net from 'node:net'
import tls from 'node:tls'
import type { Clock } from '../ports.ts'
import { type LeanTarget, parseHead } from './lean-connection.ts'
import { StallError } from './stall-error.ts'

/**
 * PUTs over plain or TLS sockets, with as little work a byte as Node allows: the body goes to the system from where it lies.
 *
 *  1. An idle socket of the pool is taken, or a new one opened. A kept one that the store closed before a byte of its answer came is
 *     replaced once by a new one.
 *  2. The head goes out. With `asksFirst` the body waits until the store says `100 Continue`, a second at most: a refusal then costs no body.
 *  3. The body goes out in pieces, each when the system has taken the one before. An answer other than 1xx ends that.
 *  4. The answer: its head, at most 32 KiB. What is no HTTP is `unusual`. A short body of known length is read and thrown away, and the socket
 *     serves the next request; whatever else follows, or a body that was not sent to its end, ends the connection.
 *  5. When for `stallMs` no piece was taken and no byte came, a time in which this side holds back not counted, it ends with StallError.
 *     An abort ends it at once.
 */
export interface LeanPut {
  /** Path with query, as signed. */
  readonly path: string
  /** With `content-length`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly asksFirst: boolean
}
export interface LeanPutAnswer {
  readonly status: number
  /** Names lower case. */
  readonly headers: Readonly<Record<string, string>>
}
export interface LeanPutOptions {
  readonly signal: AbortSignal
  readonly onSent?: ((sentBytes: number) => void) | undefined
  readonly pace?: ((bytes: number) => Promise<void>) | undefined
}
export interface LeanPutPool {
  put(request: LeanPut, options: LeanPutOptions): Promise<LeanPutAnswer | 'unusual'>
  close(): void
}

const pieceBytes = 256 * 1024
const maxHeadBytes = 32 * 1024
const maxDrainedBytes = 16 * 1024
const continueMs = 1_000

interface Deps {
  readonly stallMs: number
  readonly clock: Clock
}

export function createLeanPutPool(target: LeanTarget, deps: Deps): LeanPutPool {
  const idle: PutSocket[] = []
  const open = new Set<PutSocket>()
  const forget = (socket: PutSocket) => {
    open.delete(socket)
    const at = idle.indexOf(socket)
    if (at >= 0) idle.splice(at, 1)
  }
  const putOver = async (socket: PutSocket, request: LeanPut, options: LeanPutOptions) => {
    const answer = await socket.put(request, options)
    if (!socket.isClosed()) idle.push(socket)
    return answer
  }
  return {
    async put(request, options) {
      // 1
      const kept = idle.pop()
      if (kept !== undefined) {
        const answer = await putOver(kept, request, options)
        if (answer !== 'gone') return answer
      }
      const fresh = createPutSocket(target, deps, forget)
      open.add(fresh)
      const answer = await putOver(fresh, request, options)
      if (answer === 'gone') throw closedEarly()
      return answer
    },
    close() {
      for (const socket of [...open]) socket.destroy()
    },
  }
}

interface PutSocket {
  /** `gone`: it had been used before, and was closed before the first byte of an answer. */
  put(request: LeanPut, options: LeanPutOptions): Promise<LeanPutAnswer | 'unusual' | 'gone'>
  isClosed(): boolean
  destroy(): void
}

const closedEarly = () => Object.assign(new Error('closed by the other side'), { code: 'ECONNRESET' })

function createPutSocket(target: LeanTarget, deps: Deps, onClosed: (socket: PutSocket) => void): PutSocket {
  const socket = connect(target)
  let received: Buffer = Buffer.alloc(0)
  let isClosed = false
  let failure: Error | undefined
  let requests = 0
  /** Bytes taken and pieces of answers: whatever moved. */
  let moves = 0
  let isPaced = false
  let isBusy = false
  let wakeReader = () => {}
  let wakeWriter = () => {}

  const close = (error?: Error) => {
    failure ??= error
    if (isClosed) return
    isClosed = true
    socket.destroy()
    wakeReader()
    wakeWriter()
    onClosed(self)
  }
  socket.setNoDelay(true)
  socket.on('error', close)
  socket.on('end', () => close())
  socket.on('close', () => close())
  socket.on('connect', () => (moves += 1))
  socket.on('data', (chunk: Buffer) => {
    moves += 1
    received = Buffer.concat([received, chunk])
    // Nobody asked for it, or more than anybody reads.
    if (!isBusy || received.length > maxHeadBytes + maxDrainedBytes) close()
    wakeReader()
  })

  /** `ended` when nothing came before the end; undefined for what is no head of HTTP. */
  const readHead = async () => {
    for (;;) {
      const end = received.indexOf('\r\n\r\n')
      if (end >= 0 && end <= maxHeadBytes) {
        const head = parseHead(received.toString('latin1', 0, end))
        received = received.subarray(end + 4)
        return head
      }
      if (end > maxHeadBytes || received.length > maxHeadBytes) return undefined
      if (isClosed) return received.length === 0 ? 'ended' : undefined
      await new Promise<void>((resolve) => (wakeReader = resolve))
    }
  }
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      wakeWriter = resolve
      // Its error is the socket's.
      socket.write(bytes, () => {
        moves += 1
        resolve()
      })
    })
  // 3, true when all of it was taken
  const writeBody = async (body: Uint8Array, isAnswered: () => boolean, { onSent, pace }: LeanPutOptions) => {
    for (let at = 0; at < body.length; ) {
      const piece = body.subarray(at, at + pieceBytes)
      if (pace !== undefined) {
        isPaced = true
        await pace(piece.length).finally(() => (isPaced = false))
      }
      if (isAnswered() || isClosed) return false
      await write(piece)
      if (isClosed) return false
      at += piece.length
      onSent?.(at)
    }
    return true
  }
  // 5
  const watch = async ({ stallMs, clock }: Deps, signal: AbortSignal) => {
    let seen = -1
    let sinceMs = clock.monotonic()
    for (;;) {
      await clock.sleep(stallMs / 10, { signal })
      if (moves !== seen || isPaced) {
        seen = moves
        sinceMs = clock.monotonic()
      } else if (clock.monotonic() - sinceMs >= stallMs) return close(new StallError())
    }
  }

  const exchange = async (request: LeanPut, options: LeanPutOptions): Promise<LeanPutAnswer | 'unusual' | 'gone'> => {
    requests += 1
    socket.write(headOf(request), 'latin1')
    let isAnswered = false
    const finalHead = async () => {
      for (;;) {
        const head = await readHead()
        if (typeof head !== 'object' || head.status >= 200) {
          isAnswered = true
          return head
        }
        mayContinue()
      }
    }
    let mayContinue = () => {}
    const continued = new Promise<void>((resolve) => (mayContinue = resolve))
    const answered = finalHead()
    // 2
    if (request.asksFirst) {
      const timer = setTimeout(mayContinue, continueMs)
      await Promise.race([continued, answered])
      clearTimeout(timer)
    }
    const isSent = !isAnswered && (await writeBody(request.body, () => isAnswered, options))
    // 4
    const head = await answered
    if (head === 'ended') {
      if (requests > 1 && !options.signal.aborted && !(failure instanceof StallError)) return 'gone'
      throw failure ?? closedEarly()
    }
    if (head === undefined) {
      close()
      return 'unusual'
    }
    const { status, headers } = head
    const lengthBytes = Number(headers['content-length'] ?? Number.NaN)
    const keeps = head.isOneOne && headers.connection?.toLowerCase() !== 'close'
    const isShort = headers['transfer-encoding'] === undefined && lengthBytes <= maxDrainedBytes
    if (!isSent || !keeps || !isShort) close()
    while (!isClosed && received.length < lengthBytes) await new Promise<void>((resolve) => (wakeReader = resolve))
    if (received.length === lengthBytes) received = Buffer.alloc(0)
    else close()
    return { status, headers }
  }

  const self: PutSocket = {
    async put(request, options) {
      const { signal } = options
      const done = new AbortController()
      const onAbort = () => close(signal.reason instanceof Error ? signal.reason : closedEarly())
      isBusy = true
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      watch(deps, done.signal).catch((error: unknown) => {
        // Its signal is its normal end; whatever else ends it leaves nobody to see a stall.
        if (!done.signal.aborted) close(error instanceof Error ? error : closedEarly())
      })
      try {
        return await exchange(request, options)
      } catch (error) {
        close()
        throw error
      } finally {
        isBusy = false
        done.abort()
        signal.removeEventListener('abort', onAbort)
      }
    },
    isClosed: () => isClosed,
    destroy: () => close(),
  }
  return self
}

function connect({ host, port, isTls, secureContext }: LeanTarget): net.Socket {
  if (!isTls) return net.connect({ host, port })
  const servername = net.isIP(host) === 0 ? host : ''
  return tls.connect({ host, port, servername, ...(secureContext === undefined ? {} : { secureContext }) })
}

const headOf = ({ path, headers, asksFirst }: LeanPut): string =>
  `PUT ${path} HTTP/1.1\r\n${Object.entries({ ...headers, ...(asksFirst ? { expect: '100-continue' } : {}) })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
