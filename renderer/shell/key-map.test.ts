import { expect, it } from 'vitest'
import { type KeyPress, keysOf, windowCommandOf, windowCommands } from './key-map.ts'

const app = { mac: false, browser: false, typing: false, sheetOpen: false, singleKeys: true }
const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...held,
})
const ctrl = (key: string) => press(key, { ctrlKey: true })

it('binds every key of the window in the app', () => {
  const commands = ['k', ',', 'f', 'o', 'n', 'r', 'z', '1', '2', '3', '4'].map((key) => windowCommandOf(ctrl(key), app))
  expect(commands).toEqual([
    'palette',
    'settings',
    'search',
    'open',
    'publish',
    'refresh',
    'undo',
    'browse',
    'publish-page',
    'installed',
    'transfers',
  ])
  expect(windowCommandOf(press('F6'), app)).toBe('next-pane')
  expect(windowCommandOf(press('F6', { shiftKey: true }), app)).toBe('previous-pane')
  expect(windowCommandOf(press('/'), app)).toBe('search')
})

it('leaves new window, reload and tabs to a browser', () => {
  const browser = { ...app, browser: true }
  for (const key of ['n', 'r', '1', '2', '3', '4']) expect(windowCommandOf(ctrl(key), browser), key).toBeUndefined()
  expect(windowCommandOf(ctrl('k'), browser)).toBe('palette')
  expect(windowCommandOf(ctrl('f'), browser)).toBe('search')
})

it('takes Command on a Mac, and Control elsewhere', () => {
  const mac = { ...app, mac: true }
  expect(windowCommandOf(press('k', { metaKey: true }), mac)).toBe('palette')
  expect(windowCommandOf(ctrl('k'), mac)).toBeUndefined()
  expect(windowCommandOf(press('k', { metaKey: true }), app)).toBeUndefined()
})

it('takes letters by their place where the layout has another script', () => {
  const at = (key: string, code: string) => windowCommandOf(press(key, { ctrlKey: true, code }), app)
  expect([at('л', 'KeyK'), at('б', 'Comma'), at('ζ', 'KeyZ'), at('١', 'Digit1')]).toEqual([
    'palette',
    'settings',
    'undo',
    'browse',
  ])
  // Where the layout is Latin the letter decides, wherever it lies.
  expect(at('t', 'KeyK')).toBeUndefined()
  expect(at('k', 'KeyT')).toBe('palette')
})

it('leaves a field its slash and its undo', () => {
  const typing = { ...app, typing: true }
  expect(windowCommandOf(press('/'), typing)).toBeUndefined()
  expect(windowCommandOf(ctrl('z'), typing)).toBeUndefined()
  expect(windowCommandOf(ctrl('f'), typing)).toBe('search')
})

it('acts on nothing below a sheet', () => {
  const below = { ...app, sheetOpen: true }
  for (const key of ['f', 'o', 'n', 'r', 'z', '1', ',']) expect(windowCommandOf(ctrl(key), below), key).toBeUndefined()
  expect(windowCommandOf(press('/'), below)).toBeUndefined()
  expect(windowCommandOf(ctrl('k'), below)).toBe('palette')
})

it('means nothing by other keys held down', () => {
  expect(windowCommandOf(press('k', { ctrlKey: true, shiftKey: true }), app)).toBeUndefined()
  expect(windowCommandOf(press('k', { ctrlKey: true, altKey: true }), app)).toBeUndefined()
  expect(windowCommandOf(press('k'), app)).toBeUndefined()
})

it('takes no bare character where these are turned off', () => {
  const off = { ...app, singleKeys: false }
  expect([windowCommandOf(press('/'), app), windowCommandOf(press('?', { shiftKey: true }), app)]).toEqual([
    'search',
    'shortcuts',
  ])
  expect([windowCommandOf(press('/'), off), windowCommandOf(press('?'), off)]).toEqual([undefined, undefined])
  expect(windowCommandOf(ctrl('f'), off)).toBe('search')
})

const pressOf = ([...keys]: readonly string[]): KeyPress => {
  const key = keys.at(-1) ?? ''
  return press(key, { ctrlKey: keys.includes('Mod'), shiftKey: keys.includes('Shift') })
}

it.each([
  { browser: false, singleKeys: true },
  { browser: true, singleKeys: true },
  { browser: false, singleKeys: false },
])('shows for each command the keys that do it here, and no others: %j', (context) => {
  for (const command of windowCommands) {
    for (const keys of keysOf(command, context))
      expect(windowCommandOf(pressOf(keys), { ...app, ...context }), keys.join()).toBe(command)
  }
  const shown = windowCommands.filter((command) => keysOf(command, context).length > 0)
  expect(shown.length).toBe(windowCommands.length - (context.browser ? 6 : 0) - (context.singleKeys ? 0 : 1))
})
