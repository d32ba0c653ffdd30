/**
 * What was meant by a mistyped word: the one of `known` that is really close to it, or nothing. Close is one letter too many, too few, wrong or
 * swapped with the next, or two of those from eight letters on; case, and whether `-`, `_` or a space parts words, are no difference. Where two are
 * as close, nobody knows which was meant.
 */
export function closestTo(word: string, known: Iterable<string>): string | undefined {
  const typed = plain(word)
  let fewest = mostMistakes(typed)
  let closest: string[] = []
  for (const each of new Set(known)) {
    const mistakes = mistakesIn(typed, plain(each), fewest)
    if (mistakes > fewest) continue
    if (mistakes < fewest) closest = []
    fewest = mistakes
    closest.push(each)
  }
  return closest.length === 1 ? closest[0] : undefined
}

const plain = (word: string): string => word.toLowerCase().replace(/[\s_-]+/g, '-')

const mostMistakes = ({ length }: string): number => (length < 2 ? 0 : length < 8 ? 1 : 2)

/** Letters that are wrong, missing, too many or swapped; where it is more than `enough`, any number above that. */
function mistakesIn(typed: string, known: string, enough: number): number {
  // Of two letters one mistake leaves too little: only what goes on with both is meant.
  if (typed.length === 2 && !known.startsWith(typed)) return enough + 1
  if (Math.abs(typed.length - known.length) > enough) return enough + 1
  return mistakesFrom(typed, 0, known, 0, enough)
}

function mistakesFrom(typed: string, typedAt: number, known: string, knownAt: number, enough: number): number {
  let i = typedAt
  let j = knownAt
  while (i < typed.length && typed[i] === known[j]) {
    i++
    j++
  }
  const left = Math.max(typed.length - i, known.length - j)
  if (left === 0 || enough === 0) return left
  const isSwapped = typed[i] === known[j + 1] && typed[i + 1] === known[j] && i + 1 < typed.length
  const rests = [[1, 1], [1, 0], [0, 1], ...(isSwapped ? [[2, 2]] : [])]
  const least = rests.map(([a = 0, b = 0]) => 1 + mistakesFrom(typed, i + a, known, j + b, enough - 1))
  return Math.min(...least)
}
