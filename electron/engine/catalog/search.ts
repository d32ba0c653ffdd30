import { parseSpec, satisfies } from '../../../shared/model/constraint.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { type SearchText, search, toSearchQuery, toSearchText } from '../../../shared/model/search.ts'

/** Made once for each listing, when it is searched for the first time. */
const texts = new WeakMap<readonly PackageSummary[], readonly SearchText[]>()

/**
 * Packages that match a query, best first. A query with an operator (`name==1.0.0`, `name >=1,<2`) is a constraint: the package of exactly
 * that name with the versions that satisfy it. Anything else is words: each must occur in name, title, tags or description.
 */
export async function searchPackages(
  packages: readonly PackageSummary[],
  query: string,
  turn: () => Promise<void> | void,
): Promise<PackageSummary[]> {
  const text = query.trim()
  if (text === '') return [...packages]
  if (/[=<>^~|]/.test(text)) return searchConstraint(packages, text)
  const made = texts.get(packages) ?? (await prepare(packages, turn))
  return search(packages, (_, at) => made[at] ?? '', toSearchQuery(text))
}

async function prepare(
  packages: readonly PackageSummary[],
  turn: () => Promise<void> | void,
): Promise<readonly SearchText[]> {
  const made: SearchText[] = []
  for (const each of packages) {
    made.push(toSearchText(each))
    await turn()
  }
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
