import { describe, expect, test } from 'vitest'
import { findSecret } from './find-secret.ts'

/** Put together here, so that no scanner of this repository takes them for real ones. */
const join = (...parts: string[]) => parts.join('')
const random = 'q7Rk29xVbT4mZp81LwYc'

describe('a secret is found by its shape, with its line', () => {
  test.each([
    [join('AKIA', 'Q7RK29XVBT4MZP81'), 'an access key of Amazon'],
    [join('-----BEGIN RSA ', 'PRIVATE KEY-----'), 'a private key'],
    [join('-----BEGIN ', 'PRIVATE KEY-----'), 'a private key'],
    [join('token: ghp_', random, random.slice(0, 16)), 'a token of GitHub'],
    [join('HF_TOKEN=hf_', random, 'abcdefghijkl'), 'a token of Hugging Face'],
    [join('key = "sk-proj-', random, random, '"'), 'a key of a language model service'],
    [join('xoxb-', '123456789012-', random), 'a token of Slack'],
    [join('DB_PASSWORD=', random), 'a password or a key'],
    [join('  "api_key": "', random, '",'), 'a password or a key'],
    [join("client_secret = '", random, "'"), 'a password or a key'],
    [join('postgres://ada:', random, '@db.example.com/x'), 'a password in an address'],
  ])('%s', (line, shape) => {
    expect(findSecret(`# first\n\n${line}\r\nlast\n`)).toEqual({ line: 3, shape })
  })

  test('and what is found never says the secret', () => {
    const secret = join('AKIA', 'Q7RK29XVBT4MZP81')
    expect(JSON.stringify(findSecret(`key = ${secret}`))).not.toContain(secret)
  })
})

test.each([
  'password = os.environ["DB_PASSWORD_2"]',
  'api_key: your-api-key-goes-here',
  'PASSWORD=changeme-changeme',
  '"eos_token": "<|endoftext|>", "pad_token_id": 50256',
  join('secret_key = $', '{SECRET_KEY_1}'),
  join('AKIA', 'IOSFODNN7EXAMPLE'),
  'See https://example.com:8443/token/1234567890abcdef',
  'postgres://user:password@localhost/x',
  'max_new_tokens = 1234567890123456',
  'the password is written on page 12 of the manual',
  `"passwords": ${JSON.stringify('q7Rk29xVbT4m'.repeat(17))}`,
])('%s is none', (line) => {
  expect(findSecret(line)).toBeUndefined()
})

test('a hostile text takes no longer than its length allows', () => {
  const startMs = performance.now()
  findSecret(`${'password_'.repeat(220)}\n`.repeat(100))
  findSecret(`${'sk-a-'.repeat(400)}\n`.repeat(100))
  findSecret(`${'a://a:'.repeat(330)}\n`.repeat(100))
  expect(performance.now() - startMs).toBeLessThan(2000)
})
