import { parseSpec, satisfies } from '../../../shared/model/constraint.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'

/**
 * Packages that match a query, best first. A query with an operator (`name==1.0.0`, `name >=1,<2`) is a constraint: the package of exactly
 * that name with the versions that satisfy it. Anything else is words: each must occur in name, title, tags or description.
 */
export function searchPackages(packages: readonly PackageSummary[], query: string): PackageSummary[] {
  const text = query.trim()
  if (text === '') return [...packages]
  if (/[=<>^~|]/.test(text)) return searchConstraint(packages, text)
  const words = text.toLowerCase().split(/\s+/)
  const scored = packages.flatMap((each) => {
    const score = scoreOf(each, words)
    return score === 0 ? [] : [{ each, score }]
  })
  scored.sort((a, b) => b.score - a.score || (a.each.name < b.each.name ? -1 : 1))
  return scored.map(({ each }) => each)
}

function searchConstraint(packages: readonly PackageSummary[], text: string): PackageSummary[] {
  const spec = parseSpec(text)
  if ('problem' in spec) return []
  return packages.flatMap((each) => {
    if (each.name !== spec.name) return []
    const versions = each.versions.filter(({ version }) => satisfies(version, spec.constraint))
    return versions.length === 0 ? [] : [{ ...each, versions }]
  })
}

/** 0 unless every word occurs; the name counts most, the description least, a match at a start more than one inside. */
function scoreOf(each: PackageSummary, words: readonly string[]): number {
  const fields: readonly (readonly [string, number])[] = [
    [each.name.toLowerCase(), 8],
    [each.title.toLowerCase(), 6],
    ...each.tags.map((tag) => [tag.toLowerCase(), 4] as const),
    [each.description.toLowerCase(), 1],
  ]
  let score = 0
  for (const word of words) {
    let best = 0
    for (const [text, weight] of fields) {
      const at = text.indexOf(word)
      if (at < 0) continue
      const fits = text === word ? 3 : at === 0 ? 2 : /[\s_-]/.test(text[at - 1] ?? '') ? 1.5 : 1
      best = Math.max(best, weight * fits)
    }
    if (best === 0) return 0
    score += best
  }
  return score
}
