import { expect, test } from 'vitest'
import { factsOfWithdrawal } from './withdrawal.ts'

const factsOf = (value: unknown) => factsOfWithdrawal(Buffer.from(JSON.stringify(value)))

test('who took a version back, when and why, as far as it can be read', () => {
  const facts = { by: 'ada@lab', when: '2026-05-01T10:00:00.000Z', why: 'It was trained on the test data.' }
  expect(factsOf(facts)).toEqual(facts)
  for (const other of [null, [], 'text', { by: 1, when: {}, why: ' \n' }, { when: 'soon' }])
    expect(factsOf(other)).toEqual({})
})

test('no text fakes lines of its own, is longer than a line, or a date that is none', () => {
  const facts = factsOf({
    by: `a\n\u001b[2Jb${'c'.repeat(9000)}`,
    when: '2026-05-01',
    why: `d\r\n\te${'f'.repeat(9000)}`,
  })
  expect(facts.by).toMatch(/^a \[2Jbc{194}$/)
  expect(facts.when).toBe('2026-05-01T00:00:00.000Z')
  expect(facts.why).toMatch(/^d ef{497}$/)
})
