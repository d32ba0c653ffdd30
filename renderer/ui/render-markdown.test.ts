import { describe, expect, it } from 'vitest'
import { bareTags } from './render-markdown.ts'

/** ms, of the quickest of some runs: others share the machine. */
function quickestOf(work: () => void): number {
  let quickest = Number.POSITIVE_INFINITY
  for (let run = 0; run < 7; run += 1) {
    const startedMs = performance.now()
    work()
    quickest = Math.min(quickest, performance.now() - startedMs)
  }
  return quickest
}

describe('tags that an author typed', () => {
  const length = 20_000
  it.each([
    ['tags that never end', (n: number) => '<a'.repeat(n / 2)],
    ['a name that never ends', (n: number) => `<${'a'.repeat(n)}`],
    ['names that never end', (n: number) => `<${'a'.repeat(100)}`.repeat(n / 100)],
    ['attributes that never end', (n: number) => `<a ${'href="'.repeat(n / 6)}`],
    ['attributes of a tag', (n: number) => `<a${' href="x'.repeat(n / 8)}>`],
    ['spaces', (n: number) => `<a${' '.repeat(n)}`],
  ])('take a time that grows with their length: %s', (_name, textOf) => {
    const [short, long] = [textOf(length), textOf(4 * length)]
    bareTags(short)
    const shortMs = quickestOf(() => bareTags(short))
    // Four times the length; by the square it were sixteen times the time.
    expect(quickestOf(() => bareTags(long))).toBeLessThan(9 * Math.max(shortMs, 1))
  })

  it('keep nothing but a safe address', () => {
    expect(bareTags('<a dir="rtl" href="https://example.org" onclick="x">one</a>')).toBe(
      '<a href="https://example.org">one</a>',
    )
    expect(bareTags('<p dir="rtl">a < b</p><script>')).toBe('<p>a &lt; b</p>')
  })
})
