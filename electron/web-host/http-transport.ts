/**
 * Calls and events over HTTP, for requests that the access guard has admitted.
 *
 * - `POST /call/<noun.verb>` with `{callId, input}`: the answer of the router, status 200 whether it is ok or not. A browser that
 *   goes away cancels its call.
 * - `POST /cancel` with `{callId}`: 204.
 * - `GET /events`: server-sent events, one JSON event a message, `hello` first, a comment every 15 s. A reader that doesn't keep up is
 *   cut off: it comes back, sees the gap in the numbers and fetches anew.
 * - `X-Orbital-Window` keeps the call ids of several windows apart.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { toWire } from '../../shared/errors.ts'
import type { EngineEvent } from '../../shared/ipc/events.ts'
import type { Answer } from '../../shared/ipc/wire.ts'
import { protect } from '../ipc/page.ts'
import type { Router } from '../ipc/router.ts'
import { createRunningCalls } from '../ipc/running-calls.ts'

export interface EventSource {
  subscribe(listener: (event: EngineEvent) => void): () => void
}

export interface HttpTransport {
  call(procedure: string, request: IncomingMessage, response: ServerResponse): Promise<void>
  cancel(request: IncomingMessage, response: ServerResponse): Promise<void>
  events(request: IncomingMessage, response: ServerResponse): void
  /** Cancels what runs and ends all streams. */
  stop(): void
}

const mostBodyBytes = 4 * 1024 * 1024
const mostUnsentBytes = 4 * 1024 * 1024
const beatMs = 15_000

const callBody = z.strictObject({
  callId: z.string().min(1).max(64),
  procedure: z.string().optional(),
  input: z.unknown(),
})
const cancelBody = z.strictObject({ callId: z.string().min(1).max(64) })

export function createHttpTransport({
  router,
  events,
}: {
  readonly router: Router
  readonly events: EventSource
}): HttpTransport {
  const running = createRunningCalls()
  const windows = new Set<string>()
  const streams = new Set<() => void>()

  return {
    async call(procedure, request, response) {
      const body = await readBody(request, response, callBody)
      if (body === undefined) return
      if (body.procedure !== undefined && body.procedure !== procedure) return answerStatus(response, 400)
      const window = windowOf(request)
      windows.add(window)
      try {
        const call = running.begin(window, body.callId)
        const goAway = () => running.cancel(window, body.callId)
        response.once('close', goAway)
        try {
          answerJson(response, await router.handle({ callId: body.callId, procedure, input: body.input }, call))
        } finally {
          response.off('close', goAway)
          call.end()
        }
      } catch (error) {
        answerJson(response, { ok: false, error: toWire(error) })
      }
    },
    async cancel(request, response) {
      const body = await readBody(request, response, cancelBody)
      if (body === undefined) return
      running.cancel(windowOf(request), body.callId)
      answerStatus(response, 204)
    },
    events(request, response) {
      response.writeHead(200, {
        ...protect(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      })
      response.flushHeaders()
      const send = (text: string) => {
        if (response.writableLength > mostUnsentBytes) response.destroy()
        else response.write(text)
      }
      const beat = setInterval(() => send(': beat\n\n'), beatMs)
      const unsubscribe = events.subscribe((event) => send(`data: ${JSON.stringify(event)}\n\n`))
      const end = () => {
        clearInterval(beat)
        unsubscribe()
        streams.delete(end)
        response.end()
      }
      streams.add(end)
      response.once('close', end)
      request.once('error', end)
    },
    stop() {
      for (const window of windows) running.cancelAll(window)
      for (const end of streams) end()
    },
  }
}

/** Says nothing about what is wrong but the status: a page of ours never sends such a thing. */
export function answerStatus(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { ...protect(), 'content-length': '0', ...(status >= 400 ? { connection: 'close' } : {}) })
  response.end()
}

function answerJson(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return
  const bytes = Buffer.from(JSON.stringify(answer))
  response.writeHead(200, {
    ...protect(),
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(bytes.length),
    'cache-control': 'no-store',
  })
  response.end(bytes)
}

/** The body as JSON of that shape; otherwise the request has been answered, or is gone. */
async function readBody<S extends z.ZodType>(
  request: IncomingMessage,
  response: ServerResponse,
  schema: S,
): Promise<z.output<S> | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > mostBodyBytes) {
    answerStatus(response, 413)
    return undefined
  }
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > mostBodyBytes) {
        answerStatus(response, 413)
        return undefined
      }
      chunks.push(chunk)
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    return schema.parse(JSON.parse(text))
  } catch {
    answerStatus(response, 400)
    return undefined
  }
}

function windowOf(request: IncomingMessage): string {
  const named = request.headers['x-orbital-window']
  return typeof named === 'string' ? named.slice(0, 64) : ''
}
