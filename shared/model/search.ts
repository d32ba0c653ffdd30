/**
 * Search over texts, for lists of packages in window and command line alike.
 *
 *  1. Query and texts are folded: case, accents and ligatures don't count.
 *  2. Every word of the query must occur somewhere.
 *  3. A word counts as much as the field it is in (name, title, tags, description), more at its start, most if it is all of it; in the middle
 *     of a word least. A name that is exactly the query comes first.
 */
export interface Searchable {
  readonly name: string
  readonly title: string
  readonly tags: readonly string[]
  readonly description: string
}

/**
 * A package made ready: one string, so that 100,000 of them stay small. A line for each field, weightiest first; its first character, which
 * no folded text can hold, is the weight.
 */
export type SearchText = string

export interface SearchQuery {
  readonly whole: string
  /** The longest first: it is missing most often, and then the others need not be looked for. */
  readonly words: readonly string[]
}

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
}
const onlyPlain = /^[\x20-\x7f]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
const control = /[\x00-\x1f]/g

/** Lower case without accents, in one line: `Größe` → `grosse`, `Łódź` → `lodz`. */
export function foldText(text: string): string {
  if (onlyPlain.test(text)) return text.toLowerCase()
  return text
    .replace(control, ' ')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþıς]/g, (letter) => letters[letter] ?? letter)
}

export const toSearchQuery = (query: string): SearchQuery => {
  const whole = foldText(query.trim())
  const words = whole.split(/\s+/).filter((word) => word !== '')
  return { whole, words: words.sort((a, b) => b.length - a.length) }
}

const line = (weight: number, text: string): string => String.fromCharCode(weight) + foldText(text)

export function toSearchText({ name, title, tags, description }: Searchable): SearchText {
  const lines = [line(8, name)]
  if (title !== '' && title !== name) lines.push(line(6, title))
  for (const tag of tags) lines.push(line(4, tag))
  if (description !== '') lines.push(line(1, description))
  return lines.join('\n')
}

/** Where words of a query (folded) stand in a text, as [start, end) of the text itself, in order and apart. */
export function findHits(text: string, words: readonly string[]): readonly (readonly [start: number, end: number])[] {
  const { folded, places } = foldWithPlaces(text)
  const isHit = new Uint8Array(text.length)
  for (const word of words)
    for (let found = folded.indexOf(word); found >= 0; found = folded.indexOf(word, found + word.length)) {
      const last = places[found + word.length - 1] ?? 0
      // With the accents that follow its last letter, and the second half of a letter of two.
      const end = places.slice(found + word.length).find((place) => place > last) ?? text.length
      isHit.fill(1, places[found], end)
    }
  const hits: [number, number][] = []
  for (let place = 0; place < text.length; place += 1) {
    if (isHit[place] === 0) continue
    const last = hits.at(-1)
    if (last?.[1] === place) last[1] = place + 1
    else hits.push([place, place + 1])
  }
  return hits
}

/** The folded text, and for each of its characters (and its end) the place in the text that it comes from. */
function foldWithPlaces(text: string): { readonly folded: string; readonly places: readonly number[] } {
  if (onlyPlain.test(text))
    return { folded: text.toLowerCase(), places: Array.from({ length: text.length + 1 }, (_, at) => at) }
  const places: number[] = []
  let folded = ''
  let at = 0
  for (const letter of text) {
    const part = foldText(letter)
    for (let n = 0; n < part.length; n += 1) places.push(at)
    folded += part
    at += letter.length
  }
  return { folded, places: [...places, at] }
}

/** 0 unless every word occurs. */
export function scoreOf(text: SearchText, { whole, words }: SearchQuery): number {
  let score = 0
  for (const word of words) {
    const best = bestOf(text, word)
    if (best === 0) return 0
    score += best
  }
  return text.startsWith(whole, 1) && isLineEnd(text, whole.length + 1) ? score + 100 : score
}

const isLineEnd = (text: string, at: number): boolean => at === text.length || text.charCodeAt(at) === 10

/** The best of all occurrences of a word; 0 where it doesn't occur. */
function bestOf(text: string, word: string): number {
  let best = 0
  let [start, end] = [0, -1]
  for (let at = text.indexOf(word); at >= 0; ) {
    while (end < at) {
      start = end + 1
      end = text.indexOf('\n', start)
      if (end < 0) end = text.length
    }
    const weight = text.charCodeAt(start)
    // Neither here nor further on can it be better.
    if (weight * 3 <= best) return best
    const isStart = at === start + 1
    const isWordStart = isStart || isBetweenWords(text.charCodeAt(at - 1))
    const fit = isStart ? (at + word.length === end ? 3 : 2) : isWordStart ? 1.5 : 1
    best = Math.max(best, weight * fit)
    if (isWordStart && end === text.length) return best
    at = text.indexOf(word, isWordStart ? end : at + 1)
  }
  return best
}

/** Neither a letter nor a digit, as far as ASCII goes; other letters are letters. */
const isBetweenWords = (code: number): boolean =>
  code < 48 || (code > 57 && code < 97 && !(code >= 65 && code <= 90)) || (code > 122 && code < 128)

/** What matched last in one list of items: only that can match a query that says more. Whoever searches the list again gives it again. */
export interface SearchMemory {
  last?: { readonly words: readonly string[]; readonly matches: Uint32Array }
}

/** Whether whatever matches the words also matches those before: each of those stands in one of them. */
const saysMore = (words: readonly string[], before: readonly string[]): boolean =>
  before.every((each) => words.some((word) => word.includes(each)))

/**
 * The items that match, best first; equal ones in `order` (indexes of all items), or as they came in. The texts are read in the order that they
 * were made in, whatever `order` is: one after the other they are read several times as fast. By scores, of which there are few, so that a query
 * that matches 100,000 items sorts nothing.
 */
export function search<T>(
  items: readonly T[],
  textOf: (item: T, at: number) => SearchText,
  query: SearchQuery,
  { order, memory }: { readonly order?: Uint32Array; readonly memory?: SearchMemory } = {},
): T[] {
  if (query.words.length === 0) return order === undefined ? [...items] : Array.from(order, (at) => items[at] as T)
  const scores = new Float32Array(items.length)
  const matches = new Uint32Array(items.length)
  let found = 0
  const look = (at: number) => {
    const score = scoreOf(textOf(items[at] as T, at), query)
    if (score === 0) return
    scores[at] = score
    matches[found++] = at
  }
  const before = memory?.last
  if (before !== undefined && saysMore(query.words, before.words)) for (const at of before.matches) look(at)
  else for (let at = 0; at < items.length; at += 1) look(at)
  if (memory !== undefined) memory.last = { words: query.words, matches: matches.slice(0, found) }
  return found === 0 ? [] : byScores(items, scores, order)
}

function byScores<T>(items: readonly T[], scores: Float32Array, order: Uint32Array | undefined): T[] {
  const byScore = new Map<number, T[]>()
  for (let n = 0; n < items.length; n += 1) {
    const at = order === undefined ? n : (order[n] ?? 0)
    const score = scores[at] ?? 0
    if (score === 0) continue
    const found = byScore.get(score)
    if (found === undefined) byScore.set(score, [items[at] as T])
    else found.push(items[at] as T)
  }
  return [...byScore].sort(([a], [b]) => b - a).flatMap(([, found]) => found)
}
