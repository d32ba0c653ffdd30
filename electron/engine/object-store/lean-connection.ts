import net from 'node:net'
import tls from 'node:tls'

/**
 * One GET over a plain or TLS socket, with as little work a byte as Node allows: the system writes straight into the connection's own buffer
 * (`onread`), and what has gathered there is handed out as it lies.
 *
 *  1. An idle socket of the pool is taken, or a new one opened. A kept one that the store closed meanwhile, before a byte came, is replaced
 *     once by a new one.
 *  2. The head: read up to the empty line, at most 32 KiB. Only a body of known length is understood (`Content-Length`, no transfer coding);
 *     of anything else only the head is handed out. What is no HTTP is `unusual`. Either way the
 *     connection is dropped.
 *  3. The body: chunks of up to 512 KiB, each valid until the next is asked for; meanwhile the socket is not read. Reads of one turn of the
 *     loop are gathered.
 *  4. A body read to its last byte leaves the socket to the next request; leaving earlier, an abort or a byte too many ends it.
 */
export interface LeanTarget {
  readonly isTls: boolean
  readonly host: string
  readonly port: number
  /** Authorities beside the runtime's own. */
  readonly secureContext?: tls.SecureContext | undefined
}
export interface LeanRequest {
  /** Path with query, as signed. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}
export interface LeanAnswer {
  readonly status: number
  /** Names lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Undefined when it is not plain; there is no body then. */
  readonly lengthBytes: number | undefined
  /** Ends early when the connection does; rejects with the socket's error. */
  readonly body: AsyncIterable<Uint8Array>
  /** Drops the connection: the body is not wanted. */
  drop(): void
}
export interface LeanPool {
  get(request: LeanRequest, options: { readonly signal: AbortSignal }): Promise<LeanAnswer | 'unusual'>
  close(): void
}

const bufferBytes = 512 * 1024
const maxHeadBytes = 32 * 1024
/** So much is handed out at once; less waits for the other reads of this turn. */
const fullBytes = 256 * 1024
/** A buffer with less room is left: reads into its rest would be small. */
const leastRoomBytes = 16 * 1024

export function createLeanPool(target: LeanTarget): LeanPool {
  const idle: LeanSocket[] = []
  const open = new Set<LeanSocket>()
  const forget = (socket: LeanSocket) => {
    open.delete(socket)
    const at = idle.indexOf(socket)
    if (at >= 0) idle.splice(at, 1)
  }
  const connect = () => {
    const socket = createLeanSocket(target, forget)
    open.add(socket)
    return socket
  }
  return {
    async get(request, { signal }) {
      // 1
      const kept = idle.pop()
      if (kept !== undefined) {
        const answer = await kept.send(request, signal, () => idle.push(kept))
        if (answer !== 'gone') return answer
      }
      const fresh = connect()
      const answer = await fresh.send(request, signal, () => idle.push(fresh))
      if (answer === 'gone') throw closedEarly()
      return answer
    },
    close() {
      for (const socket of [...open]) socket.destroy()
    },
  }
}

interface LeanSocket {
  /** `gone`: it was closed before the first byte of the answer. `onFree` is called when it can be used again. */
  send(request: LeanRequest, signal: AbortSignal, onFree: () => void): Promise<LeanAnswer | 'unusual' | 'gone'>
  destroy(): void
}

const closedEarly = () => Object.assign(new Error('closed by the other side'), { code: 'ECONNRESET' })

function createLeanSocket(target: LeanTarget, onClosed: (socket: LeanSocket) => void): LeanSocket {
  const inbox = createInbox(() => socket.resume())
  let isClosed = false
  let failure: Error | undefined
  let requests = 0

  const { host, port, isTls, secureContext } = target
  const { onread } = inbox
  const socket = isTls
    ? tls.connect({
        host,
        port,
        servername: net.isIP(host) === 0 ? host : '',
        onread,
        ...(secureContext === undefined ? {} : { secureContext }),
      } as tls.ConnectionOptions)
    : net.connect({ host, port, onread })
  socket.setNoDelay(true)
  const close = () => {
    if (isClosed) return
    isClosed = true
    socket.destroy()
    inbox.end()
    onClosed(self)
  }
  socket.on('error', (error) => {
    failure ??= error
    close()
  })
  socket.on('end', close)
  socket.on('close', close)

  const send: LeanSocket['send'] = async (request, signal, onFree) => {
    requests += 1
    const onAbort = () => {
      failure ??= signal.reason instanceof Error ? signal.reason : closedEarly()
      close()
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const drop = () => {
      signal.removeEventListener('abort', onAbort)
      close()
    }
    socket.write(headOf(request), 'latin1')
    const head = await readHead(inbox)
    if (head === 'ended') {
      drop()
      if (requests > 1 && !signal.aborted) return 'gone'
      throw failure ?? closedEarly()
    }
    // 2
    if (head === undefined) {
      drop()
      return 'unusual'
    }
    const { status, headers } = head
    const lengthBytes = Number(headers['content-length'] ?? Number.NaN)
    if (!isPlain(headers) || !Number.isSafeInteger(lengthBytes)) {
      drop()
      return { status, headers, lengthBytes: undefined, body: nothing(), drop }
    }
    const keeps = head.isOneOne && headers.connection?.toLowerCase() !== 'close'
    const finish = (isWhole: boolean) => {
      // 4
      if (!isWhole || !keeps || isClosed || !inbox.isEmpty()) return drop()
      signal.removeEventListener('abort', onAbort)
      onFree()
    }
    const body = readBody(inbox, lengthBytes, () => failure, finish)
    return { status, headers, lengthBytes, body, drop }
  }

  const self: LeanSocket = { send, destroy: close }
  return self
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const isPlain = (headers: Readonly<Record<string, string>>): boolean =>
  headers['transfer-encoding'] === undefined && headers['content-encoding'] === undefined

/** `ended` when the connection was closed before the first byte; undefined when what came is no head of HTTP. */
async function readHead(inbox: Inbox) {
  let seen: Uint8Array = new Uint8Array(0)
  for (;;) {
    const chunk = await inbox.take()
    if (chunk === undefined) return seen.length === 0 ? 'ended' : undefined
    // Of the body that follows nothing is copied.
    const bytes = Buffer.concat([seen, chunk.subarray(0, maxHeadBytes)])
    const end = bytes.indexOf('\r\n\r\n')
    if (end >= 0) {
      inbox.giveBack(seen.length + chunk.length - end - 4)
      return parseHead(bytes.toString('latin1', 0, end))
    }
    if (bytes.length >= maxHeadBytes) return undefined
    seen = bytes
  }
}

// 3
async function* readBody(
  inbox: Inbox,
  lengthBytes: number,
  failure: () => Error | undefined,
  finish: (isWhole: boolean) => void,
): AsyncGenerator<Uint8Array> {
  let leftBytes = lengthBytes
  try {
    while (leftBytes > 0) {
      const chunk = await inbox.take()
      if (chunk === undefined) {
        const error = failure()
        if (error !== undefined) throw error
        return
      }
      const wanted = chunk.subarray(0, leftBytes)
      inbox.giveBack(chunk.length - wanted.length)
      leftBytes -= wanted.length
      yield wanted
    }
  } finally {
    finish(leftBytes === 0)
  }
}

/**
 * Where a socket's bytes land: two buffers, one after the other. What landed is taken in order; what is taken stays until the next take. When
 * both are in use the socket waits.
 */
interface Inbox {
  readonly onread: { buffer(): Uint8Array; callback(bytes: number): boolean }
  /** The next bytes; undefined when the connection has ended and nothing is left. */
  take(): Promise<Uint8Array | undefined>
  /** The last bytes of what was taken come again. */
  giveBack(bytes: number): void
  isEmpty(): boolean
  end(): void
}

interface Stretch {
  readonly buffer: 0 | 1
  readonly from: number
  to: number
}

function createInbox(resume: () => void): Inbox {
  const memory = [new Uint8Array(bufferBytes), new Uint8Array(bufferBytes)] as const
  /** Where the system writes next. It is told after each read, so that it must be right even while the socket waits. */
  let landing: { readonly buffer: 0 | 1; at: number } = { buffer: 0, at: 0 }
  const ready: Stretch[] = []
  let taken: Stretch | undefined
  let isPaused = false
  let isTold = false
  let hasEnded = false
  let wake: (() => void) | undefined

  const isInUse = (buffer: 0 | 1) => taken?.buffer === buffer || ready.some((each) => each.buffer === buffer)
  const tell = () => {
    isTold = false
    wake?.()
  }
  return {
    onread: {
      buffer: () => memory[landing.buffer].subarray(landing.at),
      callback(bytes) {
        const { buffer, at } = landing
        const last = ready.at(-1)
        if (last !== undefined && last.buffer === buffer && last.to === at) last.to += bytes
        else ready.push({ buffer, from: at, to: at + bytes })
        landing.at += bytes
        const isLeft = bufferBytes - landing.at < leastRoomBytes
        if (isLeft) {
          const other = buffer === 0 ? 1 : 0
          isPaused = isInUse(other)
          landing = { buffer: other, at: 0 }
        }
        const first = ready[0]
        if (isLeft || (first !== undefined && first.to - first.from >= fullBytes)) wake?.()
        else if (!isTold) {
          isTold = true
          setImmediate(tell)
        }
        return !isPaused
      },
    },
    async take() {
      taken = undefined
      if (isPaused && !isInUse(landing.buffer)) {
        isPaused = false
        resume()
      }
      if (ready.length === 0 && !hasEnded) {
        await new Promise<void>((resolve) => {
          wake = () => {
            if (ready.length > 0 || hasEnded) resolve()
          }
        })
        wake = undefined
      }
      taken = ready.shift()
      return taken === undefined ? undefined : memory[taken.buffer].subarray(taken.from, taken.to)
    },
    giveBack(bytes) {
      if (bytes === 0 || taken === undefined) return
      ready.unshift({ ...taken, from: taken.to - bytes })
      // What is still in hand and what comes again lie in one buffer: it is in use either way.
    },
    isEmpty: () => ready.length === 0,
    end() {
      hasEnded = true
      wake?.()
    },
  }
}

const headOf = ({ path, headers }: LeanRequest): string =>
  `GET ${path} HTTP/1.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

/** What precedes the empty line; undefined when it is no HTTP. A repeated name keeps its last value. */
export function parseHead(text: string) {
  const [first = '', ...lines] = text.split('\r\n')
  const match = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first)
  if (match === null) return undefined
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { status: Number(match[2]), isOneOne: match[1] === '1', headers }
}
