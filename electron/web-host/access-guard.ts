/**
 * Who may talk to the web host: only its own page in a browser on this machine, opened by the address that was printed.
 *
 * 1. Host is one of the names of this very address (a foreign name that resolves to this machine is refused).
 * 2. A request that a browser says comes from another site is refused; only a person's own navigation to the page may.
 * 3. An Origin, where there is one, is this address; what changes something must have one.
 * 4. The page and its files need no more: nothing in them is secret. They are only read.
 * 5. Everything else carries the token, compared in constant time, never in the address.
 * 6. What has a body is JSON, so that no plain form of another site can send it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** The facts of a request, header names in lower case. Repeated headers arrive joined, which fits none of the allowed values. */
export interface RequestFacts {
  readonly method: string
  /** As in the request line. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export type Admission =
  | { readonly kind: 'page'; readonly pathname: string }
  | { readonly kind: 'call'; readonly procedure: string }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'events' }
  /** `reason` is for the log. */
  | {
      readonly kind: 'refused'
      readonly status: 400 | 401 | 403 | 404 | 405 | 415
      readonly reason: string
    }

export interface AccessGuard {
  readonly token: string
  admit(request: RequestFacts): Admission
}

/** For one address on loopback; the token (256 bits, base64url) is new with every guard. */
export function createAccessGuard({ port }: { readonly port: number }): AccessGuard {
  const token = randomBytes(32).toString('base64url')
  const expected = digest(`Bearer ${token}`)
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)

  const admit = ({ method, target, headers }: RequestFacts): Admission => {
    const { host } = headers
    if (typeof host !== 'string' || !hosts.includes(host)) return refuse(403, 'host') // 1
    const route = routeOf(target)
    if (route === undefined) return refuse(400, 'target')
    if (!comesFromHere(method, route, headers)) return refuse(403, 'site') // 2
    const { origin } = headers
    if (origin !== undefined && origin !== `http://${host}`) return refuse(403, 'origin') // 3
    if (route.kind === 'page') return method === 'GET' || method === 'HEAD' ? route : refuse(405, 'method') // 4
    if (method !== (route.kind === 'events' ? 'GET' : 'POST')) return refuse(405, 'method')
    if (method === 'POST' && origin === undefined) return refuse(403, 'no origin')
    const { authorization } = headers
    if (typeof authorization !== 'string' || !timingSafeEqual(digest(authorization), expected)) {
      return refuse(401, 'token') // 5
    }
    const type = headers['content-type']
    if (method === 'POST' && !(typeof type === 'string' && /^application\/json(; ?charset=utf-8)?$/i.test(type))) {
      return refuse(415, 'content type') // 6
    }
    return route
  }
  return { token, admit }
}

type Route = Exclude<Admission, { kind: 'refused' }>

function routeOf(target: string): Route | undefined {
  if (!target.startsWith('/') || target.length > 512) return undefined
  const [pathname = ''] = target.split('?', 1)
  if (pathname === '/events') return { kind: 'events' }
  if (pathname === '/cancel') return { kind: 'cancel' }
  if (!pathname.startsWith('/call/')) return { kind: 'page', pathname }
  const procedure = pathname.slice('/call/'.length)
  return /^[a-zA-Z]{1,60}\.[a-zA-Z]{1,60}$/.test(procedure) ? { kind: 'call', procedure } : undefined
}

function comesFromHere(method: string, route: Route, headers: RequestFacts['headers']): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin') return true
  const isNavigation =
    route.kind === 'page' &&
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  return isNavigation
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const refuse = (status: (Admission & { kind: 'refused' })['status'], reason: string): Admission => ({
  kind: 'refused',
  status,
  reason,
})
