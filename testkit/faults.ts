/** What a store, or a network, can do wrong with one request: deeds of a faulty proxy, by name. */
import type { Deed, StoreAnswer } from './faulty-proxy.ts'

const xml = (code: string): Buffer =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>m</Message></Error>`)

/** A refusal of the store's own, which was not asked. */
export const refuse =
  (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Deed =>
  async () => {
    const body = code === '' ? Buffer.alloc(0) : xml(code)
    return {
      kind: 'answer',
      status,
      headers: { 'content-type': 'application/xml', 'content-length': `${body.length}`, ...headers },
      body,
    }
  }

/** The network's sign-in page. */
export const page: Deed = async () => {
  const body = Buffer.from('<!doctype html><html><body>Sign in to the guest network</body></html>')
  return {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-length': `${body.length}`, etag: '"page"' },
    body,
  }
}

export const noHttp: Deed = async () => ({ kind: 'bytes', bytes: Buffer.from('SSH-2.0-OpenSSH_9.6\r\n\r\n') })

/** The store does what it was asked for; its answer comes changed. */
export const alter =
  (change: (answer: StoreAnswer) => Partial<StoreAnswer>): Deed =>
  async (ask) => {
    const answer = await ask()
    return { kind: 'answer', ...answer, ...change(answer) }
  }

/** Without the headers that are undefined; where the body is another one, its length is told. */
export const alterHeaders = (change: (answer: StoreAnswer) => Readonly<Record<string, string | undefined>>): Deed =>
  alter((answer) => {
    const all = { ...answer.headers, ...change(answer) }
    return { headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as never }
  })

export const alterBody = (change: (body: Buffer) => Buffer): Deed =>
  alter((answer) => {
    const body = change(answer.body)
    return { body, headers: { ...answer.headers, 'content-length': `${body.length}` } }
  })

export type Position = 'before' | 'first' | 'middle' | 'last'
export const positions: readonly Position[] = ['before', 'first', 'middle', 'last']
const bytesAt = (position: Position, length: number): number =>
  position === 'before' ? -1 : position === 'first' ? 0 : position === 'middle' ? length >> 1 : length - 1

/** The connection is gone before the answer, behind its head, in the middle of its body, before its last byte. */
export const breakOff =
  (how: 'reset' | 'end' | 'stall', position: Position): Deed =>
  async (ask) => {
    const answer = await ask()
    return { kind: 'answer', ...answer, stop: { afterBytes: bytesAt(position, answer.body.length), how } }
  }

/** The connection is reset before the store hears of the request. */
export const unheard: Deed = async () => ({
  kind: 'answer',
  status: 0,
  headers: {},
  body: Buffer.alloc(0),
  stop: { afterBytes: -1, how: 'reset' },
})

/** One bit is another. */
export const flip = (position: Exclude<Position, 'before'>): Deed =>
  alterBody((body) => {
    const other = Buffer.from(body)
    const at = position === 'last' ? other.length - 1 : Math.max(0, bytesAt(position, other.length))
    other[at] = (other[at] ?? 0) ^ 0x10
    return other
  })

/**
 * A store whose clock is that far ahead, and that refuses what was signed more than 15 minutes away from it. What it lets pass is asked for by a stranger, since
 * the real store behind it has the time of this computer.
 */
export const skewed =
  (aheadMs: number): Deed =>
  async (ask, request) => {
    const nowMs = Date.now() + aheadMs
    const date = new Date(nowMs).toUTCString()
    const [, day = '', time = ''] = /^(\d{8})T(\d{6})Z$/.exec(String(request.headers['x-amz-date'] ?? '')) ?? []
    const signedMs = Date.parse(
      `${day.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`,
    )
    const isTooFar = Math.abs(signedMs - nowMs) > 15 * 60_000
    if (isTooFar) return refuse(403, 'RequestTimeTooSkewed', { date })(ask, request)
    const answer = await ask({ unsigned: true })
    return { kind: 'answer', ...answer, headers: { ...answer.headers, date } }
  }
