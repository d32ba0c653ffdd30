import { describe, expect, test } from 'vitest'
import { createAccessGuard, type RequestFacts } from './access-guard.ts'

const port = 8123
const guard = createAccessGuard({ port })
const host = `127.0.0.1:${port}`
const good = {
  host,
  origin: `http://${host}`,
  authorization: `Bearer ${guard.token}`,
  'content-type': 'application/json',
  'sec-fetch-site': 'same-origin',
}
const call = (headers: RequestFacts['headers'], target = '/call/settings.get', method = 'POST') =>
  guard.admit({ method, target, headers })

describe('admitted', () => {
  test('a call of the own page', () => {
    expect(call(good)).toEqual({ kind: 'call', procedure: 'settings.get' })
    expect(call({ ...good, host: `localhost:${port}`, origin: `http://localhost:${port}` }).kind).toBe('call')
    expect(call({ ...good, 'content-type': 'application/json; charset=utf-8' }).kind).toBe('call')
    expect(call({ ...good, 'sec-fetch-site': undefined }).kind).toBe('call')
  })
  test('cancel and events', () => {
    expect(call(good, '/cancel')).toEqual({ kind: 'cancel' })
    expect(call({ host, authorization: good.authorization }, '/events', 'GET')).toEqual({ kind: 'events' })
  })
  test('the page without a token, typed or followed from elsewhere', () => {
    expect(call({ host }, '/', 'GET')).toEqual({ kind: 'page', pathname: '/' })
    expect(call({ host, 'sec-fetch-site': 'none' }, '/?x=1', 'HEAD').kind).toBe('refused')
    const navigation = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect(call({ host, ...navigation }, '/', 'GET').kind).toBe('page')
  })
  test('with a token that is new with every guard', () => {
    expect(Buffer.from(guard.token, 'base64url')).toHaveLength(32)
    expect(createAccessGuard({ port }).token).not.toBe(guard.token)
  })
})

describe('refused', () => {
  test.each([
    ['no host', { host: undefined }],
    ['a name that leads here', { host: `attacker.example:${port}`, origin: `http://attacker.example:${port}` }],
    ['another port', { host: '127.0.0.1:80' }],
    ['no port', { host: '127.0.0.1' }],
    ['a host in capitals', { host: `LOCALHOST:${port}` }],
    ['two hosts', { host: `${host}, ${host}` }],
    ['another origin', { origin: 'https://attacker.example' }],
    ['the origin of another port', { origin: 'http://127.0.0.1:80' }],
    ['the other loopback name as origin', { origin: `http://localhost:${port}` }],
    ['https', { origin: `https://${host}` }],
    ['the origin of a sandboxed frame', { origin: 'null' }],
    ['no origin', { origin: undefined }],
    ['a cross-site request', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site request', { 'sec-fetch-site': 'same-site' }],
    ['a request of a bookmark that posts', { 'sec-fetch-site': 'none' }],
  ])('%s', (_name, change) => {
    expect(call({ ...good, ...change })).toMatchObject({ kind: 'refused', status: 403 })
  })

  test.each([
    ['no token', undefined],
    ['an empty one', ''],
    ['another one', `Bearer ${'A'.repeat(43)}`],
    ['a shorter one', `Bearer ${guard.token.slice(0, -1)}`],
    ['a longer one', `Bearer ${guard.token}A`],
    ['the bare one', guard.token],
    ['basic', `Basic ${guard.token}`],
  ])('%s', (_name, authorization) => {
    expect(call({ ...good, authorization })).toMatchObject({ kind: 'refused', status: 401 })
    expect(call({ host, authorization }, '/events', 'GET')).toMatchObject({ kind: 'refused', status: 401 })
  })

  test('a token in the address', () => {
    const target = `/events?token=${guard.token}`
    expect(call({ host }, target, 'GET')).toMatchObject({ kind: 'refused', status: 401 })
  })

  test.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'text/json',
    'application/json, text/plain',
  ])('a body of type %j', (type) => {
    expect(call({ ...good, 'content-type': type })).toMatchObject({ kind: 'refused', status: 415 })
  })

  test.each([
    ['OPTIONS', '/call/settings.get'],
    ['GET', '/call/settings.get'],
    ['PUT', '/call/settings.get'],
    ['POST', '/events'],
    ['GET', '/cancel'],
    ['POST', '/'],
    ['DELETE', '/index.html'],
  ])('%s of %s', (method, target) => {
    expect(call(good, target, method)).toMatchObject({ kind: 'refused', status: 405 })
  })

  test.each([
    '/call/',
    '/call/settings',
    '/call/settings.get.x',
    '/call/__proto__.x',
    '/call/a%2eb',
    '/call/../x',
    `/${'x'.repeat(600)}`,
    'http://attacker.example/call/settings.get',
    '*',
    '',
  ])('the target %j', (target) => {
    expect(call(good, target)).toMatchObject({ kind: 'refused', status: 400 })
  })
})
