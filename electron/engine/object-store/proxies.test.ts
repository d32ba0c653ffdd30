import { expect, test } from 'vitest'
import { proxyFor, readProxies } from './proxies.ts'

const to = (hostname: string, exceptions?: string, port = 443) => {
  const proxies = { https: 'proxy.example:3128', ...(exceptions === undefined ? {} : { exceptions }) }
  const found = proxyFor({ isTls: true, hostname, port }, proxies)
  return found instanceof URL ? found.href : found
}

test('small letters come first, ALL_PROXY last', () => {
  expect(readProxies({ HTTPS_PROXY: 'A', https_proxy: 'a', ALL_PROXY: 'all', NO_PROXY: 'x' })).toEqual({
    http: 'all',
    https: 'a',
    exceptions: 'x',
  })
  expect(readProxies({ HTTP_PROXY: '' })).toEqual({})
})

test('by scheme; an address without one is HTTP', () => {
  expect(to('store.example')).toBe('http://proxy.example:3128/')
  expect(proxyFor({ isTls: false, hostname: 'store.example', port: 80 }, { https: 'proxy.example' })).toBeUndefined()
})

test.each([
  ['*', 'store.example', true],
  ['store.example', 'store.example', true],
  ['store.example', 'bucket.STORE.example', true],
  ['.store.example', 'store.example', true],
  ['*.store.example', 'a.store.example', true],
  ['other.example, store.example', 'store.example', true],
  ['store.example:443', 'store.example', true],
  ['store.example:9000', 'store.example', false],
  ['tore.example', 'store.example', false],
  ['10.0.0.7', '10.0.0.7', true],
  ['[fd00::1]', '[fd00::1]', true],
  ['10.0.0.0/8', '10.200.0.7', true],
  ['10.0.0.0/8', '11.0.0.7', false],
  ['10.0.0.0/99', '10.0.0.7', false],
  ['10.0.0.0/8', '10.example', false],
  ['fd00::/8', '[fd12::1]', true],
  ['fd00::/8', '[fe80::1]', false],
  ['', 'store.example', false],
])('NO_PROXY=%s and %s', (exceptions, hostname, isDirect) => {
  expect(to(hostname, exceptions) === undefined).toBe(isDirect)
})

test.each(['localhost', 'team.localhost', '127.0.0.1', '127.1.2.3', '[::1]'])('%s is never a proxy’s', (hostname) => {
  expect(to(hostname)).toBeUndefined()
})
