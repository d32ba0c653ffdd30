import { expect, test } from 'vitest'
import { visibleName } from './visible-name.ts'

test.each([
  ['weights 1.bin', 'weights 1.bin'],
  ['rlo\u202Etxt.exe', 'rlo\ufffdtxt.exe'],
  ['new\nline\t.txt', 'new␊line␉.txt'],
  ['zero\u200Bwidth\ufeff', 'zero\ufffdwidth\ufffd'],
  [' both ends  ', '␣both ends␣␣'],
  ['bell\u0007 del\u007f c1\u0085', 'bell␇ del␡ c1\ufffd'],
  ['می‌خواهم.txt', 'می‌خواهم.txt'],
  ['👨‍👩‍👧‍👦.json', '👨‍👩‍👧‍👦.json'],
  ['cafe\u0301', 'cafe\u0301'],
])('%j is shown as %j', (name, shown) => {
  expect(visibleName(name)).toBe(shown)
})
