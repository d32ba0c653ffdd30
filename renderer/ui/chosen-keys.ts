/** Places in a list that follow one another; `end` is the first one after them. */
export type Run = readonly [start: number, end: number]

/** Keys of a list as runs of its places: to choose 100,000 rows, or a range of them, costs no more than to choose two. */
export interface ChosenKeys extends Iterable<string> {
  readonly size: number
  /** The list that the runs are of. */
  readonly order: readonly string[]
  /** In order, none of them empty, none touching the next. */
  readonly runs: readonly Run[]
  has(key: string): boolean
  /** The same where the key's place in the list is known, too: nothing is looked up. */
  hasAt(place: number, key: string): boolean
}

export function keysAt(order: readonly string[], runs: readonly Run[]): ChosenKeys {
  const isIn = (place: number) => runs.some(([start, end]) => start <= place && place < end)
  const has = (key: string): boolean => {
    const place = placeOf(order, key)
    return place !== undefined && isIn(place)
  }
  return {
    size: runs.reduce((sum, [start, end]) => sum + end - start, 0),
    order,
    runs,
    has,
    hasAt: (place, key) => (order[place] === key ? isIn(place) : has(key)),
    *[Symbol.iterator]() {
      for (const [start, end] of runs) for (let at = start; at < end; at += 1) yield order[at] as string
    },
  }
}

const places = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

function placeOf(order: readonly string[], key: string): number | undefined {
  if (order.length === 1) return order[0] === key ? 0 : undefined
  let known = places.get(order)
  if (known === undefined) {
    known = new Map(order.map((each, at) => [each, at]))
    places.set(order, known)
  }
  return known.get(key)
}

/** What of the keys is in another list, as places of that one. */
export function keysIn(keys: ChosenKeys, order: readonly string[]): ChosenKeys {
  if (keys.order === order) return keys
  const runs: Run[] = []
  let start = -1
  for (let at = 0; at <= order.length; at += 1) {
    const isIn = at < order.length && keys.has(order[at] as string)
    if (isIn && start < 0) start = at
    if (isIn || start < 0) continue
    runs.push([start, at])
    start = -1
  }
  return keysAt(order, runs)
}

/** With one place more, or less where it was among them. */
export function withToggled({ order, runs }: ChosenKeys, place: number): ChosenKeys {
  const holding = runs.findIndex(([start, end]) => start <= place && place < end)
  if (holding >= 0) {
    const [start, end] = runs[holding] as Run
    const halves: readonly Run[] = [
      [start, place],
      [place + 1, end],
    ]
    const left = halves.filter(([from, to]) => from < to)
    return keysAt(order, [...runs.slice(0, holding), ...left, ...runs.slice(holding + 1)])
  }
  const before = runs.filter(([, end]) => end <= place)
  const after = runs.slice(before.length)
  const [last] = before.slice(-1)
  const [next] = after
  const joinsLast = last?.[1] === place
  const joinsNext = next?.[0] === place + 1
  const joined: Run = [joinsLast ? last[0] : place, joinsNext ? next[1] : place + 1]
  return keysAt(order, [...(joinsLast ? before.slice(0, -1) : before), joined, ...(joinsNext ? after.slice(1) : after)])
}
