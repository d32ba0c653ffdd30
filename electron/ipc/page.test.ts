import { expect, test } from 'vitest'
import { answerPage } from './page.ts'

const files = new Map([
  ['index.html', '<script nonce="ORBITAL_CSP_NONCE"></script><meta nonce="ORBITAL_CSP_NONCE">'],
  ['assets/index-a1.js', 'ORBITAL_CSP_NONCE'],
  ['secret.key', 'no type is known for it'],
])
const asked: string[] = []
const answer = (path: string) =>
  answerPage(path, async (name) => {
    asked.push(name)
    const text = files.get(name)
    return text === undefined ? undefined : Buffer.from(text)
  })
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('each answer of the page has a nonce of its own, in the page and in the policy', async () => {
  const [first, second] = [await answer('/'), await answer('/index.html')]
  const [, nonce] = /'nonce-([^']+)'/.exec(first.headers['content-security-policy'] ?? '') ?? []
  expect(nonce).toHaveLength(24)
  expect(textOf(first.body)).toBe(`<script nonce="${nonce}"></script><meta nonce="${nonce}">`)
  expect(textOf(second.body)).not.toContain(nonce)
  expect(first.headers['cache-control']).toBe('no-store')
})

test('the policy lets in nothing inline, and nobody frames the page', async () => {
  for (const path of ['/', '/assets/index-a1.js', '/nothing.js']) {
    const { headers } = await answer(path)
    expect(headers['content-security-policy']).toContain(`default-src 'none'`)
    expect(headers['content-security-policy']).toContain(`frame-ancestors 'none'`)
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/)
  }
})

test('assets come as they are', async () => {
  const { status, headers, body } = await answer('/assets/index-a1.js')
  expect([status, headers['content-type'], textOf(body)]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'ORBITAL_CSP_NONCE',
  ])
})

test.each([
  '/../package.json',
  '/assets/../index.html',
  '/assets/%2e%2e/index.html',
  '//index.html',
  '/.env.json',
  '/assets/.hidden.js',
  '/assets\\index-a1.js',
  '/index.html\0.js',
  '/C:/x.js',
  '/secret.key',
  '/assets/',
  '/nothing.js',
  '',
])('%j is not found, and no file outside is asked for', async (path) => {
  asked.length = 0
  expect((await answer(path)).status).toBe(404)
  for (const name of asked) expect(name).toBe('nothing.js')
})
