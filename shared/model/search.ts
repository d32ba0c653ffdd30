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

/** A text made ready: its fields, and all of them in one for a quick no. */
export interface SearchText {
  readonly all: string
  readonly fields: readonly (readonly [text: string, weight: number])[]
}

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
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const onlyAscii = /^[\x00-\x7f]*$/

/** Lower case without accents: `Größe` → `grosse`, `Łódź` → `lodz`. */
export function foldText(text: string): string {
  if (onlyAscii.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþıς]/g, (letter) => letters[letter] ?? letter)
}

export const toSearchQuery = (query: string): SearchQuery => {
  const whole = foldText(query.trim())
  return { whole, words: whole.split(/\s+/).filter((word) => word !== '') }
}

export function toSearchText({ name, title, tags, description }: Searchable): SearchText {
  const fields: (readonly [string, number])[] = [[foldText(name), 8]]
  if (title !== '' && title !== name) fields.push([foldText(title), 6])
  for (const tag of tags) fields.push([foldText(tag), 4])
  if (description !== '') fields.push([foldText(description), 1])
  return { all: fields.map(([text]) => text).join('\n'), fields }
}

/** 0 unless every word occurs. */
export function scoreOf({ all, fields }: SearchText, { whole, words }: SearchQuery): number {
  for (const word of words) if (!all.includes(word)) return 0
  let score = fields[0]?.[0] === whole ? 100 : 0
  for (const word of words) {
    let best = 0
    for (const [text, weight] of fields) if (weight * 3 > best) best = Math.max(best, weight * fitOf(text, word))
    score += best
  }
  return score
}

function fitOf(text: string, word: string): number {
  let at = text.indexOf(word)
  if (at < 0) return 0
  if (at === 0) return text.length === word.length ? 3 : 2
  while (at > 0) {
    if (isBetweenWords(text.charCodeAt(at - 1))) return 1.5
    at = text.indexOf(word, at + 1)
  }
  return 1
}

/** Neither a letter nor a digit, as far as ASCII goes; other letters are letters. */
const isBetweenWords = (code: number): boolean =>
  code < 48 || (code > 57 && code < 97 && !(code >= 65 && code <= 90)) || (code > 122 && code < 128)

/**
 * The items that match, best first; equal ones stay in the order that they came in. By scores, of which there are few, so that a query that
 * matches 100,000 items sorts nothing.
 */
export function search<T>(items: readonly T[], textOf: (item: T) => SearchText, query: SearchQuery): T[] {
  if (query.words.length === 0) return [...items]
  const byScore = new Map<number, T[]>()
  for (const item of items) {
    const score = scoreOf(textOf(item), query)
    if (score === 0) continue
    const found = byScore.get(score)
    if (found === undefined) byScore.set(score, [item])
    else found.push(item)
  }
  return [...byScore].sort(([a], [b]) => b - a).flatMap(([, found]) => found)
}
