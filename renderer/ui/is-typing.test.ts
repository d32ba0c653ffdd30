import { expect, test } from 'vitest'
import { isTyping } from './is-typing.ts'

test('only what takes text has keys of its own: a box or a switch leaves them to the window', () => {
  const elementOf = (html: string): Element | null => {
    document.body.innerHTML = html
    return document.body.firstElementChild
  }
  for (const field of ['<input>', '<input type="password">', '<textarea></textarea>', '<select></select>'])
    expect(isTyping(elementOf(field)), field).toBe(true)
  for (const other of ['<input type="checkbox">', '<input type="radio">', '<button></button>', '<div></div>'])
    expect(isTyping(elementOf(other)), other).toBe(false)
  expect(isTyping(null)).toBe(false)
})
