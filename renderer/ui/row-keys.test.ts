import { expect, it } from 'vitest'
import { commandsOf, rowCommandOf, rowCommands, rowKeysOf } from './row-keys.ts'

const none = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false }

it('knows the letters of a list, with Caps Lock too', () => {
  const commands = ['i', 'u', 'o', 'v', 'k', 'p', 'R'].map((key) => rowCommandOf({ ...none, key }, true))
  expect(commands).toEqual(['install', 'update', 'open-folder', 'verify', 'keep', 'pause', 'retry'])
})

it('takes letters by their place where the layout has another script', () => {
  const commands = ['м KeyV', 'Л KeyK', 'é KeyV'].map((press) => {
    const [key = '', code] = press.split(' ')
    return rowCommandOf({ ...none, key, code }, true)
  })
  expect(commands).toEqual(['verify', 'keep', undefined])
  expect(rowCommandOf({ ...none, key: 'с', code: 'KeyC', ctrlKey: true }, true)).toBe('copy-path')
})

it('acts once on a key that is held, but for moving', () => {
  const held = ['Delete', 'k', ' '].map((key) => rowCommandOf({ ...none, key, repeat: true }, true))
  expect(held).toEqual([undefined, undefined, undefined])
  expect(rowCommandOf({ ...none, key: 'ArrowUp', altKey: true, repeat: true }, true)).toBe('move-up')
})

it('has no letters where they are turned off, and keeps the keys that have a name', () => {
  expect(rowCommandOf({ ...none, key: 'i' }, false)).toBeUndefined()
  expect(rowCommandOf({ ...none, key: 'Delete' }, false)).toBe('remove')
  expect(rowCommandOf({ ...none, key: ' ' }, false)).toBe('inspect')
  expect(rowCommandOf({ ...none, key: 'c', ctrlKey: true }, false)).toBe('copy-path')
  expect(rowCommandOf({ ...none, key: 'ArrowUp', altKey: true }, false)).toBe('move-up')
  expect(rowCommandOf({ ...none, key: 'ArrowDown', altKey: true }, false)).toBe('move-down')
})

it('leaves letters with Control, Command or Alt to the window', () => {
  expect(rowCommandOf({ ...none, key: 'k', ctrlKey: true }, true)).toBeUndefined()
  expect(rowCommandOf({ ...none, key: 'i', metaKey: true }, true)).toBeUndefined()
  expect(rowCommandOf({ ...none, key: 'o', altKey: true }, true)).toBeUndefined()
})

it('shows for each command the keys that do it', () => {
  const named: Readonly<Record<string, string>> = { Space: ' ', Del: 'Delete', '↑': 'ArrowUp', '↓': 'ArrowDown' }
  for (const command of rowCommands) {
    const keys = rowKeysOf(command, true) ?? []
    const key = keys.at(-1) ?? ''
    const held = { ...none, altKey: keys.includes('Alt'), ctrlKey: keys.includes('Mod') }
    expect(rowCommandOf({ ...held, key: named[key] ?? key }, true), command).toBe(command)
  }
  expect(rowCommands.filter((command) => rowKeysOf(command, false) === undefined)).toEqual([
    'install',
    'update',
    'open-folder',
    'verify',
    'keep',
    'pause',
    'retry',
  ])
})

it('knows of each command the lists that it is for', () => {
  const lists = Object.values(commandsOf)
  expect(rowCommands.filter((command) => !lists.some((list) => list.has(command)))).toEqual([])
  expect(commandsOf.browse.has('remove')).toBe(false)
  expect(commandsOf.installed.has('install')).toBe(false)
})
