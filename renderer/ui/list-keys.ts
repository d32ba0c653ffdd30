export type Move = 'up' | 'down' | 'first' | 'last' | 'page-up' | 'page-down'

const moves: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
  PageUp: 'page-up',
  PageDown: 'page-down',
}

export const moveOfKey = (key: string): Move | undefined => moves[key]

/** The index that a move leads to; -1 while nothing is selected, and in an empty list. */
export function indexAfter(move: Move, index: number, count: number, perPage: number): number {
  if (count === 0) return -1
  const last = count - 1
  const clamp = (at: number) => Math.min(last, Math.max(0, at))
  switch (move) {
    case 'up':
      return index < 0 ? last : clamp(index - 1)
    case 'down':
      return clamp(index + 1)
    case 'first':
      return 0
    case 'last':
      return last
    case 'page-up':
      return clamp(index - perPage)
    case 'page-down':
      return clamp((index < 0 ? 0 : index) + perPage)
  }
}
