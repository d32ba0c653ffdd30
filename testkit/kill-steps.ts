/**
 * Loaded with `--import` into a process and each of its threads: counts their changes of the disk together, and ends the process by SIGKILL right
 * after one of them. Nothing is counted before `countSteps`.
 */
import fs from 'node:fs'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

export interface KillOrder {
  /** Right after that many changes. */
  readonly killAtStep?: number
  /** Right after such bytes were written. */
  readonly killAtText?: string
}
interface Counting extends KillOrder {
  readonly steps: Int32Array
}

const key = 'orbital.steps'

/** Threads that are started from here on count along; answers how many there were so far. */
export function countSteps(order: KillOrder): () => number {
  const steps = new Int32Array(new SharedArrayBuffer(4))
  setEnvironmentData(key, { ...order, steps } as never)
  return () => Atomics.load(steps, 0)
}

const changing = [
  'writeSync',
  'mkdirSync',
  'renameSync',
  'linkSync',
  'symlinkSync',
  'unlinkSync',
  'rmdirSync',
  'chmodSync',
  'utimesSync',
] as const
const textOf = (bytes: unknown): string =>
  ArrayBuffer.isView(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString('latin1')
    : ''

for (const name of changing) {
  const real = fs[name] as (...given: unknown[]) => unknown
  fs[name] = ((...given: unknown[]) => {
    const answer = real(...given)
    const counting = getEnvironmentData(key) as unknown as Counting | undefined
    if (counting === undefined) return answer
    const { steps, killAtStep, killAtText } = counting
    const isText = killAtText !== undefined && name === 'writeSync' && textOf(given[1]).includes(killAtText)
    if (Atomics.add(steps, 0, 1) + 1 === killAtStep || isText) process.kill(process.pid, 'SIGKILL')
    return answer
  }) as never
}
