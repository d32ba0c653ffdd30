import { describe, expect, test } from 'vitest'
import { alone, choiceOf, choose, chooseAll, isChooseAll, settle } from './selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const keys = (chosen: { readonly keys: ReadonlySet<string> }) => [...chosen.keys].sort().join('')

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

  test('all keep the lead where it is', () => {
    expect(chooseAll(alone('c'), order)).toMatchObject({ lead: 'c', anchor: 'c' })
    expect(keys(chooseAll(alone(undefined), order))).toBe('abcde')
  })

  test('what is gone from the list is not chosen any more, and another lead is alone', () => {
    const all = chooseAll(alone('c'), order)
    expect(keys(settle(all, 'c', ['a', 'c']))).toBe('ac')
    expect(keys(settle(all, 'c', ['a', 'b']))).toBe('c')
    expect(keys(settle(all, 'd', order))).toBe('d')
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
})
