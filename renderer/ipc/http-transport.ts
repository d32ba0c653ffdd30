import { AppError } from '../../shared/errors.ts'
import type { EngineEvent } from '../../shared/ipc/events.ts'
import type { Answer } from '../../shared/ipc/wire.ts'
import { createSseReader } from './sse-lines.ts'
import type { Transport } from './transport.ts'

const tokenKey = 'orbital.token'
const retryDelaysMs = [250, 500, 1000, 2000, 4000]

/** The key that the host put into the address's fragment. It is kept for this tab alone and taken out of the address. */
export function takeToken(): string {
  const found = /(?:^#|[#&])token=([^&]+)/.exec(location.hash)
  if (found?.[1] !== undefined) {
    sessionStorage.setItem(tokenKey, decodeURIComponent(found[1]))
    history.replaceState(null, '', `${location.pathname}${location.search}`)
  }
  return sessionStorage.getItem(tokenKey) ?? ''
}

/**
 * The transport over loopback HTTP.
 *
 *  1. A call is POST /call/<noun.verb> with {callId, input}; the answer is the envelope as JSON.
 *  2. Cancel is POST /cancel with {callId}.
 *  3. Events are GET /events, a stream of `data: <json>` lines; when it ends it is opened again, later each time, and starts with a new `hello`.
 */
export function createHttpTransport(token: string): Transport {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const eventListeners = new Set<(event: EngineEvent) => void>()
  const linkListeners = new Set<(connected: boolean) => void>()
  let connected = true
  let stop: AbortController | undefined

  const setConnected = (now: boolean) => {
    if (connected === now) return
    connected = now
    for (const listener of linkListeners) listener(now)
  }

  async function readEvents(signal: AbortSignal): Promise<void> {
    const answer = await fetch('/events', { headers: { authorization: `Bearer ${token}` }, signal })
    if (!answer.ok || answer.body === null) throw new AppError('network-unreachable', { endpoint: location.host })
    setConnected(true)
    const read = createSseReader()
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      for (const line of read(value)) {
        const event = JSON.parse(line) as EngineEvent
        for (const listener of eventListeners) listener(event)
      }
    }
  }

  async function keepReading(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const startedMs = performance.now()
      // However the stream ended, it is opened again; the link's state is what people see of it.
      await readEvents(signal).catch(() => undefined)
      if (signal.aborted) return
      if (performance.now() - startedMs > 5000) attempt = 0
      else setConnected(false)
      const delayMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)]
      await new Promise((resolve) => setTimeout(resolve, delayMs))
    }
  }

  return {
    async call({ callId, procedure, input }) {
      const answer = await fetch(`/call/${procedure}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ callId, input }),
      }).catch((error: unknown) => {
        throw new AppError('network-unreachable', { endpoint: location.host }, error)
      })
      if (answer.status === 401 || answer.status === 403) {
        return {
          ok: false,
          error: {
            code: 'access-denied',
            details: { action: 'use', what: 'this address: open the one that Orbital showed' },
          },
        }
      }
      return (await answer.json().catch((error: unknown) => {
        throw new AppError('internal', { what: `answer ${answer.status} of the host` }, error)
      })) as Answer
    },
    cancel(callId) {
      // A cancel that doesn't arrive leaves a call to end by itself.
      fetch('/cancel', { method: 'POST', headers, body: JSON.stringify({ callId }) }).catch(() => undefined)
    },
    onEvent(listener) {
      eventListeners.add(listener)
      if (stop === undefined) {
        stop = new AbortController()
        void keepReading(stop.signal)
      }
      return () => {
        eventListeners.delete(listener)
        if (eventListeners.size > 0) return
        stop?.abort()
        stop = undefined
      }
    },
    onLink(listener) {
      linkListeners.add(listener)
      return () => linkListeners.delete(listener)
    },
    pathOfDrop: () => '',
  }
}
