import { describe, expect, test } from 'vitest'
import { alone, choiceOf, choose, chooseAll, isChooseAll, isToggle, settle } from './selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const keys = (chosen: { readonly keys: Iterable<string> }) => [...chosen.keys].sort().join('')

describe('rows chosen together', () => {
  test('a range goes from where it began to the lead, in both directions, and begins anew with the next single one', () => {
    const down = choose(choose(alone('b'), 'c', 'range', order), 'd', 'range', order)
    expect([keys(down), down.lead]).toEqual(['bcd', 'd'])
    const up = choose(down, 'a', 'range', order)
    expect([keys(up), up.lead]).toEqual(['ab', 'a'])
    expect(keys(choose(choose(up, 'e', 'one', order), 'd', 'range', order))).toBe('de')
  })

  test('one is added to the others or taken away, and the last one stays', () => {
    const two = choose(alone('b'), 'd', 'toggle', order)
    expect([keys(two), two.lead]).toEqual(['bd', 'd'])
    const back = choose(two, 'd', 'toggle', order)
    expect([keys(back), back.lead]).toEqual(['b', 'b'])
    expect(choose(back, 'b', 'toggle', order)).toBe(back)
    expect(keys(choose(two, 'e', 'range', order))).toBe('de')
  })

  test('rows of a range may be taken out and put in again, one by one', () => {
    let chosen = chooseAll(alone('a'), order)
    for (const [key, left] of [
      ['c', 'abde'],
      ['e', 'abd'],
      ['a', 'bd'],
      ['c', 'bcd'],
      ['a', 'abcd'],
      ['e', 'abcde'],
    ] as const) {
      chosen = choose(chosen, key, 'toggle', order)
      expect([keys(chosen), chosen.keys.size]).toEqual([left, left.length])
      expect(order.filter((each) => chosen.keys.has(each)).join('')).toBe(left)
    }
    expect(chosen.keys.runs).toEqual([[0, 5]])
    expect(choose(chosen, 'gone', 'toggle', order)).toBe(chosen)
  })

  test('all keep the lead where it is', () => {
    expect(chooseAll(alone('c'), order)).toMatchObject({ lead: 'c', anchor: 'c' })
    expect(keys(chooseAll(alone(undefined), order))).toBe('abcde')
  })

  test('what is gone from the list is not chosen any more, and another lead is alone', () => {
    const all = chooseAll(alone('c'), order)
    expect(keys(settle(all, 'c', ['a', 'c']))).toBe('ac')
    expect(keys(settle(all, 'c', ['a', 'b']))).toBe('c')
    expect(keys(settle(all, 'd', order))).toBe('d')
    const apart = choose(choose(all, 'b', 'toggle', order), 'c', 'toggle', order)
    expect(keys(settle(apart, 'a', ['x', 'e', 'a', 'b', 'd']))).toBe('ade')
    expect(keys(settle(all, undefined, []))).toBe('')
  })
})

test('keys that are held say how a press chooses', () => {
  const held = { shiftKey: false, ctrlKey: false, metaKey: false }
  expect(choiceOf(held)).toBe('one')
  expect(choiceOf({ ...held, metaKey: true })).toBe('toggle')
  expect(choiceOf({ ...held, ctrlKey: true, shiftKey: true })).toBe('range')
  const press = { ...held, altKey: false, key: 'a' }
  expect(isChooseAll(press)).toBe(false)
  expect(isChooseAll({ ...press, ctrlKey: true })).toBe(true)
  expect(isChooseAll({ ...press, ctrlKey: true, altKey: true })).toBe(false)
  expect(isChooseAll({ ...press, key: 'ф', code: 'KeyA', ctrlKey: true })).toBe(true)
  expect(isToggle({ ...press, key: ' ' })).toBe(false)
  expect(isToggle({ ...press, key: ' ', ctrlKey: true })).toBe(true)
})
