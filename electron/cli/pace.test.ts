import { expect, test } from 'vitest'
import type { Context } from './command.ts'
import { paceOf } from './pace.ts'

const asked = (options: Readonly<Record<string, string>>) =>
  paceOf({ text: (name: string) => options[name] } as unknown as Context)

test('takes so many connections and so fast as is said', () => {
  expect(asked({})).toEqual({})
  expect(asked({ connections: '16', limit: '20MB/s' })).toEqual({ connections: 16, limitBytesPerSecond: 20_000_000 })
  expect(asked({ limit: '500kB/s' })).toEqual({ limitBytesPerSecond: 500_000 })
  expect(asked({ limit: '1.5 GB' })).toEqual({ limitBytesPerSecond: 1_500_000_000 })
})

test('says what it takes where it is something else', () => {
  for (const connections of ['0', '17', 'four', '2.5', ''])
    expect(() => asked({ connections })).toThrow('--connections')
  for (const limit of ['20', '0MB/s', 'fast', '20Mb/s', '-1MB/s', '']) expect(() => asked({ limit })).toThrow('--limit')
})
