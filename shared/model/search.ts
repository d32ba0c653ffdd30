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
  return { whole, words: whole.split(/\s+/).filter((word) => word !== '') }
}

const line = (weight: number, text: string): string => String.fromCharCode(weight) + foldText(text)

export function toSearchText({ name, title, tags, description }: Searchable): SearchText {
  const lines = [line(8, name)]
  if (title !== '' && title !== name) lines.push(line(6, title))
  for (const tag of tags) lines.push(line(4, tag))
  if (description !== '') lines.push(line(1, description))
  return lines.join('\n')
}

/** 0 unless every word occurs. */
export function scoreOf(text: SearchText, { whole, words }: SearchQuery): number {
  for (const word of words) if (!text.includes(word)) return 0
  let score = text.startsWith(whole, 1) && isLineEnd(text, whole.length + 1) ? 100 : 0
  for (const word of words) score += bestOf(text, word)
  return score
}

const isLineEnd = (text: string, at: number): boolean => at === text.length || text.charCodeAt(at) === 10

/** The best of all occurrences of a word that occurs. */
function bestOf(text: string, word: string): number {
  let best = 0
  for (let at = text.indexOf(word); at >= 0; ) {
    const start = text.lastIndexOf('\n', at) + 1
    const weight = text.charCodeAt(start)
    // Neither here nor further on can it be better.
    if (weight * 3 <= best) return best
    const isStart = at === start + 1
    const isWordStart = isStart || isBetweenWords(text.charCodeAt(at - 1))
    const fit = isStart ? (isLineEnd(text, at + word.length) ? 3 : 2) : isWordStart ? 1.5 : 1
    best = Math.max(best, weight * fit)
    if (isWordStart) {
      const end = text.indexOf('\n', at)
      if (end < 0) return best
      at = text.indexOf(word, end)
    } else at = text.indexOf(word, at + 1)
  }
  return best
}

/** Neither a letter nor a digit, as far as ASCII goes; other letters are letters. */
const isBetweenWords = (code: number): boolean =>
  code < 48 || (code > 57 && code < 97 && !(code >= 65 && code <= 90)) || (code > 122 && code < 128)

/**
 * The items that match (`texts` are theirs), best first; equal ones stay in the order that they came in. By scores, of which there are few, so that a query that
 * matches 100,000 items sorts nothing.
 */
export function search<T>(items: readonly T[], texts: readonly SearchText[], query: SearchQuery): T[] {
  if (query.words.length === 0) return [...items]
  const byScore = new Map<number, T[]>()
  for (const [at, item] of items.entries()) {
    const score = scoreOf(texts[at] ?? '', query)
    if (score === 0) continue
    const found = byScore.get(score)
    if (found === undefined) byScore.set(score, [item])
    else found.push(item)
  }
  return [...byScore].sort(([a], [b]) => b - a).flatMap(([, found]) => found)
}
