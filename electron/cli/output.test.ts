import { expect, test } from 'vitest'
import type { Transfer } from '../../shared/model/transfer.ts'
import { bytesOf, createOutput } from './output.ts'

const transferOf = (kind: Transfer['kind']) =>
  ({ id: 't', kind, ref: { name: 'digits', version: '1.0.0' }, state: { kind: 'transferring' } }) as Transfer

/** What a file of stderr gets to read. */
function linesOf(kind: Transfer['kind'], settledBytes: number, receivedBytes: number): string {
  let said = ''
  const terminal = {
    stdout: () => {},
    written: async () => {},
    stderr: (text: string) => {
      said += text
    },
    columns: undefined,
  }
  const output = createOutput(terminal, { json: false, quiet: false, verbose: false })
  const progress = { settledBytes, receivedBytes, totalBytes: 6_700_000, bytesPerSecond: 0 }
  output.progress(transferOf(kind), progress)
  output.progress(transferOf(kind), { ...progress, receivedBytes: receivedBytes + 2_000_000 })
  return said
}

test('publishing says what was sent, though the store has confirmed nothing yet', () => {
  expect(linesOf('publish', 0, 1_000_000)).toBe(
    'Publishing digits 1.0.0: 1.00 MB sent of 6.70 MB\nPublishing digits 1.0.0: 3.00 MB sent of 6.70 MB\n',
  )
})

test('installing says what is verified, not what came', () => {
  expect(linesOf('install', 0, 1_000_000)).toBe('Installing digits 1.0.0: 0 B verified of 6.70 MB\n')
})

test('a list says what was sent or came apart from what stands', () => {
  const of = (kind: Transfer['kind'], settledBytes: number, receivedBytes: number) =>
    bytesOf({ kind, progress: { settledBytes, receivedBytes, totalBytes: 6_700_000, bytesPerSecond: 0 } })
  expect(of('publish', 0, 3_000_000)).toBe('3.00 MB sent, 0 B confirmed by the store, of 6.70 MB')
  expect(of('install', 1_000_000, 3_000_000)).toBe('3.00 MB received, 1.00 MB verified, of 6.70 MB')
  expect(of('publish', 6_700_000, 6_700_000)).toBe('6.70 MB of 6.70 MB')
})

test('texts of others move no cursor and turn no direction', () => {
  let said = ''
  const write = (text: string | Uint8Array) => {
    said += text
  }
  const output = createOutput(
    { stdout: write, written: async () => {}, stderr: write, columns: undefined },
    { json: false, quiet: false, verbose: false },
  )
  output.result({}, ['a\u202eb\u001b[2Jc\u2066d', 'first\nsecond'])
  output.warn('e\u200ff')
  output.error({ code: 'usage', details: { problem: 'g\u202dh.' } })
  expect(said).toContain('ab[2Jcd\nfirst\nsecond\nNote: ef\norbital: gh.\n')
})

test('nor do lines, progress and JSON, which keeps what they are', () => {
  const said: string[] = []
  const write = (text: string | Uint8Array) => void said.push(String(text))
  const terminal = { stdout: write, written: async () => {}, stderr: write, columns: undefined }
  const hostile = 'a\u202eb\u009bc'
  const plain = createOutput(terminal, { json: false, quiet: false, verbose: false })
  plain.line(hostile)
  const progress = { settledBytes: 0, receivedBytes: 0, totalBytes: 1, bytesPerSecond: 0 }
  plain.progress({ ...transferOf('move'), ref: undefined, title: hostile } as never, progress)
  createOutput(terminal, { json: true, quiet: false, verbose: false }).result({ name: hostile }, [])
  expect(said.slice(0, 2)).toEqual(['abc\n', 'Moving abc: 0 B verified of 1 B\n'])
  expect(said[2]).not.toMatch(/[\u202e\u009b]/)
  expect(JSON.parse(said[2] ?? '')).toEqual({ name: hostile })
})

test('a long list is the same document, in pieces that are written before the next is made', async () => {
  const pieces: string[] = []
  let waiting = 0
  const terminal = {
    stdout(text: string | Uint8Array) {
      pieces.push(String(text))
      waiting += 1
    },
    async written() {
      await new Promise(setImmediate)
      waiting = 0
    },
    stderr: () => {},
    columns: undefined,
  }
  const output = createOutput(terminal, { json: true, quiet: false, verbose: false })
  const items = Array.from({ length: 5000 }, (_, at) => ({
    name: `a\nb${at}`,
    tags: [],
    versions: [{ version: '1.0.0' }],
  }))
  const printing = output.list(items)
  expect([pieces.length, waiting]).toEqual([1, 1])
  await printing
  expect(pieces.length).toBeGreaterThan(5)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000)
  expect(pieces.splice(0).join('')).toBe(`${JSON.stringify(items, null, 2)}\n`)
  await output.list([])
  expect(pieces).toEqual(['[]\n'])
})

test('quiet JSON is one document, though a transfer ran', () => {
  const linesOf = (quiet: boolean): string => {
    let said = ''
    const terminal = {
      stdout: (text: string | Uint8Array) => {
        said += text
      },
      written: async () => {},
      stderr: () => expect.fail('with --json nothing goes there'),
      columns: undefined,
    }
    const output = createOutput(terminal, { json: true, quiet, verbose: false })
    output.progress(transferOf('install'), { settledBytes: 0, receivedBytes: 0, totalBytes: 1, bytesPerSecond: 0 })
    output.result({ name: 'digits' }, ['digits is installed.'])
    return said
  }
  expect(linesOf(true)).toBe('{\n  "name": "digits"\n}\n')
  expect(linesOf(false)).toMatch(/^\{"type":"progress".+\n\{"type":"result","name":"digits"\}\n$/)
})
