import { expect, test } from 'vitest'
import { createRunningCalls } from './running-calls.ts'

test('a window cancels its own calls only', () => {
  const calls = createRunningCalls()
  const [mine, other, theirs] = [calls.begin('a', '1'), calls.begin('a', '2'), calls.begin('b', '1')]
  calls.cancel('a', '1')
  expect([mine, other, theirs].map(({ signal }) => signal.aborted)).toEqual([true, false, false])
  calls.cancelAll('a')
  expect([mine, other, theirs].map(({ signal }) => signal.aborted)).toEqual([true, true, false])
})

test('an id can be used again once its call has ended, not before', () => {
  const calls = createRunningCalls()
  const first = calls.begin('a', '1')
  expect(() => calls.begin('a', '1')).toThrow('usage')
  first.end()
  const second = calls.begin('a', '1')
  first.end()
  calls.cancel('a', '1')
  expect([first.signal.aborted, second.signal.aborted]).toEqual([false, true])
  calls.cancel('a', '__proto__')
  calls.cancel('__proto__', '1')
})
