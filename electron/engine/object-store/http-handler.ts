import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import https from 'node:https'
import { AppError } from '../../../shared/errors.ts'
import type { Clock, Disk, NetworkSpec } from '../ports.ts'
import { createAgents, lookUpIssuer, type Route, type Target } from './agents.ts'
import { http } from './builtin-http.ts'
import { isCertificateError, isUnknownIssuer } from './certificate-codes.ts'
import { percentEncode } from './lean-address.ts'
import { StallError } from './stall-error.ts'

/** The part of the SDK's request that matters here; `path` and `query` are as the signature covers them. */
export interface HttpRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}
export interface HttpAnswer {
  readonly statusCode: number
  readonly reason: string
  readonly headers: Record<string, string>
  readonly body: IncomingMessage
}

interface HandleOptions {
  readonly abortSignal?: AbortSignal
}

const chunkBytes = 256 * 1024

/** Who wants to know how much of a request's body the system has taken: by the body, which reaches the handler as it is. */
export const sentListeners = new WeakMap<Uint8Array, (sentBytes: number) => void>()
/** What holds a request's body back, piece by piece; by the body too. */
export const sendPaces = new WeakMap<Uint8Array, (bytes: number) => Promise<void>>()
/** How long a store may take to answer `Expect: 100-continue` before the body is sent all the same. */
const continueMs = 1_000

/**
 * The sockets of one store, as the SDK's request handler: kept alive, at most `connections` and two for small requests beside them.
 * A request fails with StallError when it has a socket (or waits for one to connect) and for `stallMs` neither a byte of its body was taken
 * nor one of the answer came; bytes that came and that nobody has read yet are no stall. An abort ends request and body at once.
 * A certificate of an authority unknown to the runtime is tried once more with the system's authorities; nothing was sent by then.
 */
export function createHttpHandler(options: {
  readonly connections: number
  readonly stallMs: number
  readonly clock: Clock
  readonly network?: NetworkSpec | undefined
  readonly disk?: Disk | undefined
}) {
  const { network, disk } = options
  const agents = createAgents({ maxSockets: options.connections + 2, network, disk })
  async function handle(request: HttpRequest, handleOptions: HandleOptions = {}): Promise<{ response: HttpAnswer }> {
    const isTls = request.protocol === 'https:'
    const target = { isTls, hostname: request.hostname, port: request.port ?? (isTls ? 443 : 80) }
    const explain = async (error: unknown, route: Route) => {
      const mayAsk = isTls && isCertificateError(error) && handleOptions.abortSignal?.aborted !== true
      return mayAsk ? await withIssuer(error, target, route) : error
    }
    const first = await agents.route(target)
    try {
      return await send(request, target, first, handleOptions)
    } catch (error) {
      if (!isTls || !isUnknownIssuer(error) || !agents.trustSystem(first)) throw await explain(error, first)
    }
    const second = await agents.route(target)
    return send(request, target, second, handleOptions).catch(async (error: unknown) => {
      throw await explain(error, second)
    })
  }

  function send(
    request: HttpRequest,
    { isTls, hostname, port }: Target,
    { requestOptions }: Route,
    { abortSignal }: HandleOptions,
  ): Promise<{ response: HttpAnswer }> {
    return new Promise((resolve, reject) => {
      if (abortSignal?.aborted) return reject(abortErrorOf(abortSignal))
      const outgoing = (isTls ? https : http).request({
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        method: request.method,
        path: request.path + queryOf(request.query),
        headers: { ...request.headers },
        ...requestOptions,
      })
      let answer: IncomingMessage | undefined
      const fail = (error: Error) => {
        reject(error)
        answer?.destroy(error)
        outgoing.destroy(error)
      }
      const stopWatching = watch(outgoing, () => answer, options, fail)
      const onAbort = () => fail(abortErrorOf(abortSignal))
      abortSignal?.addEventListener('abort', onAbort, { once: true })
      outgoing.once('close', () => {
        stopWatching()
        abortSignal?.removeEventListener('abort', onAbort)
      })
      outgoing.on('error', (error) => {
        // The answer can come before the body was taken (a refusal): then it counts, not the broken pipe behind it.
        if (answer === undefined) fail(error)
      })
      outgoing.on('response', (incoming) => {
        answer = incoming
        resolve({
          response: {
            statusCode: incoming.statusCode ?? 0,
            reason: incoming.statusMessage ?? '',
            headers: plainHeaders(incoming.headers),
            body: incoming,
          },
        })
      })
      sendBody(outgoing, request).catch((error: Error) => {
        if (answer === undefined) fail(error)
      })
    })
  }

  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle,
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {
      agents.destroy()
    },
  }
}

/** The error with who issued the certificate, as an AppError has it; behind a proxy that can't be asked. */
async function withIssuer(error: unknown, target: Target, { isProxied }: Route): Promise<unknown> {
  const issuer = isProxied ? undefined : await lookUpIssuer(target)
  const endpoint = target.port === 443 ? target.hostname : `${target.hostname}:${target.port}`
  return issuer === undefined ? error : new AppError('certificate-refused', { endpoint, issuer }, error)
}

const progressOf = Symbol('bytes taken')
const isPaced = Symbol('held back by this side')
type Outgoing = ClientRequest & { [progressOf]?: number; [isPaced]?: boolean }

/** Looks ten times per stall time; the timer starts when the request leaves the queue for a socket. */
function watch(
  outgoing: Outgoing,
  answer: () => IncomingMessage | undefined,
  { stallMs, clock }: { readonly stallMs: number; readonly clock: Clock },
  fail: (error: Error) => void,
): () => void {
  const done = new AbortController()
  let seen = -1
  let sinceMs = clock.monotonic()
  const look = async () => {
    for (;;) {
      await clock.sleep(stallMs / 10, { signal: done.signal })
      const moved = (outgoing.socket?.bytesRead ?? 0) + (outgoing[progressOf] ?? 0)
      const waits = outgoing.socket === null || (answer()?.readableLength ?? 0) > 0 || outgoing[isPaced] === true
      if (moved !== seen || waits) {
        seen = moved
        sinceMs = clock.monotonic()
      } else if (clock.monotonic() - sinceMs >= stallMs) {
        return fail(new StallError())
      }
    }
  }
  // Ends by the signal, whose rejection is the normal end.
  look().catch(() => {})
  return () => done.abort()
}

/**
 * In chunks, each counted when the system has taken it. When the store answers first (it refuses), the rest is not sent, and the
 * connection, which waits for that rest, ends with the answer.
 */
async function sendBody(outgoing: Outgoing, request: HttpRequest): Promise<void> {
  const body = bytesOf(request.body)
  if (body === undefined || body.length === 0) return void outgoing.end()
  let refused = false
  outgoing.once('response', (answer) => {
    refused = (answer.statusCode ?? 0) >= 300
    answer.once('end', () => {
      if (!outgoing.writableEnded) outgoing.destroy()
    })
  })
  const closed = new Promise<void>((resolve) => void outgoing.once('close', resolve))
  const expects = request.headers.Expect === '100-continue' || request.headers.expect === '100-continue'
  if (expects && !(await mayContinue(outgoing))) return
  outgoing[progressOf] = 0
  for (let at = 0; at < body.length && !refused && !outgoing.destroyed; at += chunkBytes) {
    const chunk = body.subarray(at, at + chunkBytes)
    const pace = sendPaces.get(body)
    if (pace !== undefined) {
      outgoing[isPaced] = true
      await pace(chunk.length).finally(() => (outgoing[isPaced] = false))
    }
    const written = new Promise<void>((resolve, reject) => {
      outgoing.write(chunk, (error) => (error ? reject(error) : resolve()))
    })
    await Promise.race([written, closed])
    outgoing[progressOf] += chunk.length
    sentListeners.get(body)?.(outgoing[progressOf])
  }
  if (outgoing[progressOf] >= body.length) outgoing.end()
}

/** False when the store answers at once (it refuses, or needs no body). */
function mayContinue(outgoing: ClientRequest): Promise<boolean> {
  outgoing.flushHeaders()
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), continueMs)
    const settle = (value: boolean) => () => {
      clearTimeout(timer)
      resolve(value)
    }
    outgoing.once('continue', settle(true))
    outgoing.once('response', settle(false))
    outgoing.once('close', settle(false))
  })
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('a request body is bytes or text')
}

function queryOf(query: HttpRequest['query']): string {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null) pairs.push(percentEncode(name))
    else
      for (const each of typeof value === 'string' ? [value] : value)
        pairs.push(`${percentEncode(name)}=${percentEncode(each)}`)
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

const plainHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

function abortErrorOf(signal: AbortSignal | undefined): Error {
  return Object.assign(new Error('aborted', { cause: signal?.reason }), { name: 'AbortError' })
}
