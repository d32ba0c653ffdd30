import { parseSpec, satisfies } from '../../../shared/model/constraint.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { type SearchText, search, toSearchQuery, toSearchText } from '../../../shared/model/search.ts'

/** Made once for each listing. */
const texts = new WeakMap<readonly PackageSummary[], readonly SearchText[]>()

/**
 * Packages that match a query, best first. A query with an operator (`name==1.0.0`, `name >=1,<2`) is a constraint: the package of exactly
 * that name with the versions that satisfy it. Anything else is words: each must occur in name, title, tags or description.
 */
export function searchPackages(packages: readonly PackageSummary[], query: string): PackageSummary[] {
  const text = query.trim()
  if (text === '') return [...packages]
  if (/[=<>^~|]/.test(text)) return searchConstraint(packages, text)
  return search(packages, textsOf(packages), toSearchQuery(text))
}

/** Makes a listing ready, in turns, so that not even a first search takes long. */
export async function prepareSearch(
  packages: readonly PackageSummary[],
  turn: () => Promise<void> | void,
): Promise<void> {
  const made: SearchText[] = []
  for (const each of packages) {
    made.push(toSearchText(each))
    await turn()
  }
  texts.set(packages, made)
}

function textsOf(packages: readonly PackageSummary[]): readonly SearchText[] {
  const known = texts.get(packages)
  if (known !== undefined) return known
  const made = packages.map(toSearchText)
  texts.set(packages, made)
  return made
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
