import { AppError } from '../../shared/errors.ts'
import type { EngineEvent } from '../../shared/ipc/events.ts'
import type { Answer } from '../../shared/ipc/wire.ts'
import { createSseReader } from './sse-lines.ts'
import type { LinkState, Transport } from './transport.ts'

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

const isRefusal = ({ status }: Response): boolean => status === 401 || status === 403

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
  const linkListeners = new Set<(link: LinkState) => void>()
  let link: LinkState = 'up'
  let stop: AbortController | undefined

  const setLink = (now: LinkState) => {
    if (link === now) return
    link = now
    for (const listener of linkListeners) listener(now)
  }

  /** Whether the stream ended as the host refuses this page: each run of a host has a key of its own. */
  async function readEvents(signal: AbortSignal): Promise<'refused' | 'ended'> {
    const answer = await fetch('/events', { headers: { authorization: `Bearer ${token}` }, signal })
    if (isRefusal(answer)) return 'refused'
    if (!answer.ok || answer.body === null) throw new AppError('network-unreachable', { endpoint: location.host })
    setLink('up')
    const read = createSseReader()
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'ended'
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
      const end = await readEvents(signal).catch(() => 'ended' as const)
      if (signal.aborted) return
      if (end === 'refused') setLink('refused')
      else if (performance.now() - startedMs > 5000) attempt = 0
      else setLink('lost')
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
      if (isRefusal(answer)) {
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
