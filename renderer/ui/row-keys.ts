import { latinKey } from './latin-key.ts'

/** What a key does with the selected row while its list has the focus. */
export type RowCommand =
  | 'inspect'
  | 'install'
  | 'update'
  | 'remove'
  | 'open-folder'
  | 'copy-path'
  | 'verify'
  | 'keep'
  | 'pause'
  | 'retry'
  | 'move-up'
  | 'move-down'

type Press = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'> &
  Partial<Pick<KeyboardEvent, 'code' | 'repeat'>>

const letters: Readonly<Record<string, RowCommand>> = {
  i: 'install',
  u: 'update',
  o: 'open-folder',
  v: 'verify',
  k: 'keep',
  p: 'pause',
  r: 'retry',
}
const named: Readonly<Record<string, RowCommand>> = { ' ': 'inspect', Delete: 'remove', Backspace: 'remove' }

/** The command of a key in a list; `singleKeys`: single letters act (a setting). A key that is held acts once, but for moving. Moves, Enter and Escape are the list's own. */
export function rowCommandOf(press: Press, singleKeys: boolean): RowCommand | undefined {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = press
  if (altKey && !ctrlKey && !metaKey)
    return key === 'ArrowUp' ? 'move-up' : key === 'ArrowDown' ? 'move-down' : undefined
  if (press.repeat === true) return undefined
  const letter = latinKey(press)
  if (ctrlKey || metaKey) return letter === 'c' && !altKey && !shiftKey ? 'copy-path' : undefined
  return named[key] ?? (singleKeys ? letters[letter] : undefined)
}

/** Keys of each command as they are shown; `Mod` is ⌘ or Ctrl. */
const shownKeys: { readonly [C in RowCommand]: readonly string[] } = {
  inspect: ['Space'],
  install: ['I'],
  update: ['U'],
  remove: ['Del'],
  'open-folder': ['O'],
  'copy-path': ['Mod', 'C'],
  verify: ['V'],
  keep: ['K'],
  pause: ['P'],
  retry: ['R'],
  'move-up': ['Alt', '↑'],
  'move-down': ['Alt', '↓'],
}
/** Lists differ in what can be done with their rows; these are what their keys do. */
export const commandsOf: { readonly [L in 'browse' | 'installed' | 'transfers']: ReadonlySet<RowCommand> } = {
  browse: new Set(['inspect', 'install', 'update', 'open-folder', 'copy-path']),
  installed: new Set(['inspect', 'update', 'remove', 'open-folder', 'copy-path', 'verify', 'keep']),
  transfers: new Set(['inspect', 'open-folder', 'pause', 'retry', 'move-up', 'move-down']),
}

export const rowCommands = Object.keys(shownKeys) as readonly RowCommand[]

/** What is shown for a command; undefined where its letter is turned off. */
export function rowKeysOf(command: RowCommand, singleKeys: boolean): readonly string[] | undefined {
  const keys = shownKeys[command]
  return singleKeys || !((keys[0] ?? '').toLowerCase() in letters) ? keys : undefined
}
