import { latinKey } from '../ui/latin-key.ts'

/** What a key does anywhere in the window. */
export type WindowCommand =
  | 'palette'
  | 'settings'
  | 'search'
  | 'open'
  | 'publish'
  | 'refresh'
  | 'undo'
  | 'next-pane'
  | 'previous-pane'
  | 'browse'
  | 'publish-page'
  | 'installed'
  | 'transfers'
  | 'shortcuts'

export type KeyPress = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'> &
  Partial<Pick<KeyboardEvent, 'code'>>

interface KeyContext {
  readonly mac: boolean
  /** In a browser some keys are the browser's own: new window, reload, its tabs. */
  readonly browser: boolean
  /** The focus is in a field: letters and undo are the field's. */
  readonly typing: boolean
  /** A sheet lies over the page, maybe half filled in: nothing leads away from it. */
  readonly sheetOpen: boolean
  /** A setting: characters without Ctrl or ⌘ act. */
  readonly singleKeys: boolean
}

const withMod: Readonly<Record<string, WindowCommand>> = {
  k: 'palette',
  ',': 'settings',
  f: 'search',
  o: 'open',
  n: 'publish',
  r: 'refresh',
  z: 'undo',
  '1': 'browse',
  '2': 'publish-page',
  '3': 'installed',
  '4': 'transfers',
}
const plain: Readonly<Record<string, WindowCommand>> = { '/': 'search', '?': 'shortcuts' }
const ofBrowser: ReadonlySet<string> = new Set(['n', 'r', '1', '2', '3', '4'])
/** The palette is one as well, which its key closes; over others a browser must not take the key for its address bar. */
const overSheets: ReadonlySet<string> = new Set(['palette'])
/** A sheet lies over the page: only these are for the window. */
export const allowedOverSheets = (command: string): boolean => overSheets.has(command)

/** The command of a key, whatever has the focus; undefined where it is left to the page, the field or the browser. */
export function windowCommandOf(
  press: KeyPress,
  { mac, browser, typing, sheetOpen, singleKeys }: KeyContext,
): WindowCommand | undefined {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = press
  if (altKey) return undefined
  if (key === 'F6' && !ctrlKey && !metaKey) return shiftKey ? 'previous-pane' : 'next-pane'
  const mod = mac ? metaKey && !ctrlKey : ctrlKey && !metaKey
  if (!mod) return ctrlKey || metaKey || typing || sheetOpen || !singleKeys ? undefined : plain[key]
  const letter = latinKey(press)
  if (shiftKey || (browser && ofBrowser.has(letter))) return undefined
  const command = withMod[letter]
  if (command === undefined || (sheetOpen && !overSheets.has(command))) return undefined
  return command === 'undo' && typing ? undefined : command
}

/** Keys of each command as they are shown; `Mod` is ⌘ or Ctrl. */
const shownKeys: { readonly [C in WindowCommand]: readonly (readonly string[])[] } = {
  palette: [['Mod', 'K']],
  browse: [['Mod', '1']],
  'publish-page': [['Mod', '2']],
  installed: [['Mod', '3']],
  transfers: [['Mod', '4']],
  settings: [['Mod', ',']],
  search: [['/'], ['Mod', 'F']],
  open: [['Mod', 'O']],
  publish: [['Mod', 'N']],
  refresh: [['Mod', 'R']],
  undo: [['Mod', 'Z']],
  'next-pane': [['F6']],
  'previous-pane': [['Shift', 'F6']],
  shortcuts: [['?']],
}
export const windowCommands = Object.keys(shownKeys) as readonly WindowCommand[]

/** What is shown for a command; nothing where its key is the browser's own, or turned off. */
export function keysOf(
  command: WindowCommand,
  { browser, singleKeys }: Pick<KeyContext, 'browser' | 'singleKeys'>,
): readonly (readonly string[])[] {
  return shownKeys[command].filter((keys) => {
    const [first = '', second = ''] = keys
    if (first in plain) return singleKeys
    return !(browser && first === 'Mod' && ofBrowser.has(second.toLowerCase()))
  })
}
