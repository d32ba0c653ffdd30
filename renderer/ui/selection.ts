import { useCallback, useMemo, useState } from 'react'
import { type ChosenKeys, keysAt, keysIn, withToggled } from './chosen-keys.ts'
import { latinKey } from './latin-key.ts'

/** How a key or a press chooses: that one alone, it beside the others, or all from the last one chosen so to it. */
export type Choice = 'one' | 'toggle' | 'range'

/** Rows chosen together. The lead is the row that arrows start from and the inspector follows; it is always among them. */
export interface Chosen {
  readonly lead: string | undefined
  readonly keys: ChosenKeys
  /** Where a range begins. */
  readonly anchor: string | undefined
}

export const alone = (lead: string | undefined): Chosen => ({
  lead,
  keys: lead === undefined ? keysAt([], []) : keysAt([lead], [[0, 1]]),
  anchor: lead,
})

/** `order`: all keys as they stand in the list. */
export function choose(before: Chosen, key: string, how: Choice, order: readonly string[]): Chosen {
  if (how === 'one') return alone(key)
  const at = order.indexOf(key)
  if (how === 'range') {
    const from = order.indexOf(before.anchor ?? before.lead ?? key)
    if (from < 0 || at < 0) return alone(key)
    const keys = keysAt(order, [[Math.min(from, at), Math.max(from, at) + 1]])
    return { lead: key, keys, anchor: order[from] }
  }
  if (at < 0) return before
  const keys = withToggled(keysIn(before.keys, order), at)
  const [first] = keys.runs
  // The last one stays chosen.
  if (first === undefined) return before
  const lead = keys.has(key) ? key : order[first[0]]
  return { lead, keys, anchor: lead }
}

export const chooseAll = ({ lead }: Chosen, order: readonly string[]): Chosen => ({
  lead: lead ?? order[0],
  keys: keysAt(order, [[0, order.length]]),
  anchor: lead ?? order[0],
})

/** What of it is still there; where the lead was chosen elsewhere meanwhile (a treemap, an address), that alone. */
export function settle(chosen: Chosen, lead: string | undefined, order: readonly string[]): Chosen {
  if (chosen.lead !== lead || chosen.keys.size <= 1) return alone(lead)
  if (chosen.keys.order === order) return chosen
  const keys = keysIn(chosen.keys, order)
  return lead !== undefined && keys.has(lead) ? { ...chosen, keys } : alone(lead)
}

export interface Selection {
  readonly keys: ChosenKeys
  choose(key: string, how: Choice): void
  all(): void
  /** Back to the lead alone; false when it is alone already. */
  one(): boolean
}

/** Several rows of a list, beside the one that its page knows as selected. `order` should stay the same array while the list does. */
export function useSelection(
  order: readonly string[],
  lead: string | undefined,
  onLead: (key: string) => void,
): Selection {
  const [stored, setStored] = useState<Chosen>(() => alone(lead))
  const chosen = useMemo(() => settle(stored, lead, order), [stored, lead, order])
  const take = useCallback(
    (next: Chosen) => {
      setStored(next)
      if (next.lead !== undefined && next.lead !== lead) onLead(next.lead)
    },
    [lead, onLead],
  )
  return {
    keys: chosen.keys,
    choose: (key, how) => take(choose(chosen, key, how, order)),
    all: () => take(chooseAll(chosen, order)),
    one() {
      if (chosen.keys.size <= 1) return false
      setStored(alone(lead))
      return true
    },
  }
}

/** How a press with these keys held chooses. */
export const choiceOf = ({
  shiftKey,
  ctrlKey,
  metaKey,
}: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>): Choice =>
  shiftKey ? 'range' : ctrlKey || metaKey ? 'toggle' : 'one'

/** Ctrl+A, and ⌘A. */
export const isChooseAll = (press: KeyPress): boolean =>
  latinKey(press) === 'a' && (press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey
/** Ctrl+Space: the row that the arrows stand on is taken in or out. */
export const isToggle = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): boolean =>
  key === ' ' && (ctrlKey || metaKey) && !altKey && !shiftKey
type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> &
  Partial<Pick<KeyboardEvent, 'code'>>
