import { isAppError } from '../../../shared/errors.ts'
import { verdictOf } from '../../../shared/model/compatibility.ts'
import { compareVersions, parseSpec, satisfies } from '../../../shared/model/constraint.ts'
import type { PackageRef, PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { type ResolveOptions, resolveSpec } from './resolve.ts'

/** So many passed-over versions are looked at; what is older is taken as the list says. */
const mostRead = 10

/**
 * The published version that a spec means (`resolveSpec`), by what the versions themselves say. A list may come out of the bucket's catalog object,
 * which decides nothing: it must neither refuse a version nor have an older one installed in its place.
 *  1. By the list.
 *  2. Each version above the chosen one (or any, if none was) that fits the spec and is passed over for what the list says of the apps is read: `read`
 *     gives what its own meta.json says.
 *  3. By the list with what was read. What can't be read stays as it is listed.
 * A chosen version that is not as it is listed is refused when its install is planned.
 */
export async function resolvePublished(
  packages: readonly PackageSummary[],
  options: ResolveOptions,
  read: (ref: PackageRef) => Promise<VersionSummary>,
): Promise<PackageRef> {
  const { spec, apps = [], ignoreCompatibility = false } = options
  // 1
  let chosen: PackageRef | undefined
  let refusal: unknown
  try {
    chosen = resolveSpec(packages, options)
  } catch (error) {
    if (!isAppError(error, 'incompatible', 'package-not-found')) throw error
    refusal = error
  }
  // 2
  const found = apps.length === 0 || ignoreCompatibility ? undefined : fittingOf(packages, spec)
  const passedOver = (found?.fitting ?? []).filter(
    ({ version, compatibility }) =>
      (chosen === undefined || compareVersions(version, chosen.version) > 0) &&
      verdictOf(compatibility, apps) !== 'compatible',
  )
  if (found === undefined || passedOver.length === 0) {
    if (chosen !== undefined) return chosen
    throw refusal
  }
  const asRead = new Map<string, VersionSummary>()
  const readOne = async ({ version }: VersionSummary) => {
    try {
      asRead.set(version, await read({ name: found.package.name, version }))
    } catch (error) {
      if (!isAppError(error, 'package-not-found', 'meta-invalid', 'archive-mismatch', 'access-denied')) throw error
    }
  }
  await Promise.all(passedOver.slice(0, mostRead).map(readOne))
  // 3
  const versions = found.package.versions.map((each) => asRead.get(each.version) ?? each)
  return resolveSpec([{ ...found.package, versions }], options)
}

/** The package that a spec names, and its versions that satisfy it, newest first. */
function fittingOf(packages: readonly PackageSummary[], spec: string) {
  const parsed = parseSpec(spec)
  for (const each of packages) {
    const { name, versions } = each
    const exact = versions.filter(({ version }) =>
      [identOf({ name, version }), specOf({ name, version })].includes(spec),
    )
    if (exact.length > 0) return { package: each, fitting: exact }
  }
  if ('problem' in parsed) return undefined
  const named = packages.find(({ name }) => name === parsed.name)
  if (named === undefined) return undefined
  return { package: named, fitting: named.versions.filter(({ version }) => satisfies(version, parsed.constraint)) }
}
