import type { PackageSummary } from '../../shared/model/package.ts'
import { findHits, toSearchQuery } from '../../shared/model/search.ts'

/** Characters before the hit in a description, so that the end of the line doesn't cut it off. */
const mostBefore = 24

/** The tag, or the piece of the description, for which a package was found where neither its title nor its name has the word. */
export function whyFound(
  { name, title, tags, description }: Pick<PackageSummary, 'name' | 'title' | 'tags' | 'description'>,
  text: string,
): string | undefined {
  const hitIn = (where: string, word: string) => findHits(where, [word])[0]?.[0]
  const word = toSearchQuery(text).words.find(
    (each) => hitIn(title, each) === undefined && hitIn(name, each) === undefined,
  )
  if (word === undefined) return undefined
  const tag = tags.find((each) => hitIn(each, word) !== undefined)
  if (tag !== undefined) return tag
  const at = hitIn(description, word)
  if (at === undefined) return undefined
  const from = at <= mostBefore ? 0 : description.lastIndexOf(' ', at - mostBefore / 2) + 1
  return from === 0 ? description : `…${description.slice(from)}`
}
