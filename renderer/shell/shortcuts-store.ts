import { create } from 'zustand'

export const useShortcuts = create<{ readonly opened: boolean }>(() => ({ opened: false }))

export function openShortcuts(): true {
  useShortcuts.setState({ opened: true })
  return true
}
export const closeShortcuts = (): void => useShortcuts.setState({ opened: false })
