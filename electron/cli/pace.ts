import { usage } from './arguments.ts'
import type { Context, OptionSpec } from './command.ts'

/** How much of the line a transfer takes. */
export const pace: readonly OptionSpec[] = [
  { name: 'connections', value: 'N', help: 'so many connections, 1 to 16' },
  { name: 'limit', value: 'RATE', help: 'at most so fast: 20MB/s' },
]

export const limit = pace.filter(({ name }) => name === 'limit')

export function paceOf(context: Context): { readonly connections?: number; readonly limitBytesPerSecond?: number } {
  const connections = context.text('connections')
  const limit = context.text('limit')
  if (connections !== undefined && !/^([1-9]|1[0-6])$/.test(connections))
    throw usage('--connections takes a number from 1 to 16.')
  return {
    ...(connections === undefined ? {} : { connections: Number(connections) }),
    ...(limit === undefined ? {} : { limitBytesPerSecond: parseRate(limit) }),
  }
}

/** `20MB/s`, `500kB/s`, `1.5 MB`: decimal units, bytes. */
function parseRate(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([kMG])?B(?:\/s)?$/.exec(text)
  const factor = { k: 1e3, M: 1e6, G: 1e9 }[match?.[2] ?? ''] ?? 1
  const rate = Math.floor(Number(match?.[1] ?? 0) * factor)
  if (match === null || rate < 1) throw usage(`--limit takes a speed, as in 20MB/s or 500kB/s, not “${text}”.`)
  return rate
}
