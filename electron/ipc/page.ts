/**
 * The files of the page, as both hosts hand them out.
 *
 * 1. A path of plain names only; anything else is not found. `/` is the page itself.
 * 2. The page gets a nonce of its own in each answer: the word that the build left in it is replaced, and the policy names it.
 * 3. Every answer carries the same protecting headers.
 */
import { randomBytes } from 'node:crypto'

export interface PageAnswer {
  readonly status: 200 | 404
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** Reads a file of the built page by its path in it, `assets/index.js`; undefined when it isn't there. */
export type ReadPageFile = (path: string) => Promise<Uint8Array<ArrayBuffer> | undefined>

const plainPath = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/){0,8}[A-Za-z0-9_-][A-Za-z0-9._-]*$/
const nonceMark = 'ORBITAL_CSP_NONCE'

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['json', 'application/json; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['ico', 'image/x-icon'],
  ['woff2', 'font/woff2'],
])

export async function answerPage(pathname: string, readPageFile: ReadPageFile): Promise<PageAnswer> {
  const path = pathname === '/' ? 'index.html' : pathname.slice(1)
  const type = contentTypes.get(path.slice(path.lastIndexOf('.') + 1))
  const bytes = plainPath.test(path) && type !== undefined ? await readPageFile(path) : undefined // 1
  if (bytes === undefined || type === undefined) return notFound
  if (!path.endsWith('.html')) {
    // The names of built assets carry a hash of their content.
    const cache = path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    return { status: 200, headers: { ...protect(), 'content-type': type, 'cache-control': cache }, body: bytes }
  }
  const nonce = randomBytes(18).toString('base64') // 2
  const html = new TextDecoder().decode(bytes).replaceAll(nonceMark, nonce)
  return {
    status: 200,
    headers: { ...protect(nonce), 'content-type': type, 'cache-control': 'no-store' },
    body: Buffer.from(html),
  }
}

/** The headers of every answer. Scripts and styles come from the host itself or carry the nonce; nothing may frame the page. */
export function protect(nonce?: string): Readonly<Record<string, string>> {
  const own = nonce === undefined ? `'self'` : `'self' 'nonce-${nonce}'`
  const policy = [
    `default-src 'none'`,
    `script-src ${own}`,
    `style-src ${own}`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
}

const notFound: PageAnswer = {
  status: 404,
  headers: { ...protect(), 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from('Not found'),
}
