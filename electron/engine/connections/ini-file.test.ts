import { expect, test } from 'vitest'
import { parseIni } from './ini-file.ts'

const read = (text: string) => {
  const { sections, oddLine } = parseIni(text)
  return { ...Object.fromEntries([...sections].map(([name, values]) => [name, Object.fromEntries(values)])), oddLine }
}

test.each([
  ['pairs with = or :, in small letters', '[A]\nKey=1\nother : 2\n', { A: { key: '1', other: '2' } }],
  ['a value with = in it', '[A]\nsecret = a=b/c+d==\n', { A: { secret: 'a=b/c+d==' } }],
  ['comments', '# x = 1\n; y\n[A]  # of A\nk = v ; c\nv#k = a#b\n', { A: { k: 'v', 'v#k': 'a#b' } }],
  [
    'a command with the signs of a comment',
    '[A]\ncredential_process = sh -c "a ; b # c"\n',
    { A: { credential_process: 'sh -c "a ; b # c"' } },
  ],
  ['Windows line ends and a byte order mark', '\ufeff[A]\r\nk = v\r\n', { A: { k: 'v' } }],
  ['settings of their own below a value', '[A]\ns3 =\n  addressing_style = path\nk = v\n', { A: { s3: '', k: 'v' } }],
  ['a section that is indented as a whole', '[A]\n  k = v\n  l = w\n', { A: { k: 'v', l: 'w' } }],
  ['a section twice, and a value twice', '[A]\nk = 1\n[B]\n[A]\nk = 2\nl = 3\n', { A: { k: '2', l: '3' }, B: {} }],
  ['names that are no names of ours', '[__proto__]\nconstructor = 1\n', { ['__proto__']: { constructor: '1' } }],
  ['nothing', '', {}],
])('%s', (_, text, expected) => {
  expect(read(text)).toEqual({ ...expected, oddLine: undefined })
})

test.each([
  ['before any section', 'k = v\n[A]\n', 1],
  ['without a sign', '[A]\nk = v\nnonsense\nmore\n', 3],
  ['a section that isn’t closed', '\n[A\nk = v\n', 2],
])('a line %s is counted, the rest is read', (_, text, line) => {
  expect(read(text).oddLine).toBe(line)
})

test('anything at all is read in no time', () => {
  const text = `${'[ = '.repeat(200_000)}\n${' '.repeat(500_000)}=\n`
  const started = performance.now()
  parseIni(text)
  parseIni(`${'a'.repeat(1_000_000)}`)
  parseIni(`[A]\nk =${' '.repeat(300_000)}x${' '.repeat(300_000)}y\n`)
  expect(performance.now() - started).toBeLessThan(2_000)
})
