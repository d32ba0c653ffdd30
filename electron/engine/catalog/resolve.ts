import { AppError } from '../../../shared/errors.ts'
import type { App } from '../../../shared/model/app.ts'
import { chooseVersion } from '../../../shared/model/choose-version.ts'
import { verdictOf, verdictsFor } from '../../../shared/model/compatibility.ts'
import { parseSpec } from '../../../shared/model/constraint.ts'
import type { PackageRef, PackageSummary } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { refusalOf } from '../../../shared/model/refusal.ts'

export interface ResolveOptions {
  readonly spec: string
  readonly apps?: readonly App[] | undefined
  readonly prerelease?: boolean | undefined
  readonly ignoreCompatibility?: boolean | undefined
  /** The connection's name, for messages. */
  readonly where: string
}

/**
 * The version that a spec means: `<name>-<version>` or `<name>==<version>` exactly, else the best one that the constraint allows.
 * `usage` for a constraint that can't be read, `package-not-found`, `incompatible` with the app and the constraint that refuse.
 */
export function resolveSpec(packages: readonly PackageSummary[], options: ResolveOptions): PackageRef {
  const { spec, where } = options
  for (const { name, versions } of packages) {
    const exact = versions.find(
      ({ version }) => identOf({ name, version }) === spec || specOf({ name, version }) === spec,
    )
    if (exact !== undefined) return checked(name, exact, options)
  }
  const parsed = parseSpec(spec)
  if ('problem' in parsed) throw new AppError('usage', { problem: parsed.problem })
  const found = packages.find(({ name }) => name === parsed.name)
  if (found === undefined) throw new AppError('package-not-found', { spec, where })
  const choice = chooseVersion(found.versions, parsed.constraint, {
    apps: options.apps ?? [],
    prerelease: options.prerelease ?? false,
    ignoreCompatibility: options.ignoreCompatibility ?? false,
  })
  if (choice.kind === 'no-match') throw new AppError('package-not-found', { spec, where, ...newestOf(found) })
  if (choice.kind === 'incompatible') {
    const ref = { name: found.name, version: choice.newest.version }
    throw refusalOf(ref, choice.verdicts) ?? new AppError('package-not-found', { spec, where })
  }
  return { name: found.name, version: choice.version.version }
}

const newestOf = ({ versions }: PackageSummary) => (versions[0] === undefined ? {} : { newest: versions[0].version })

/** An exact version is still refused when it is not compatible, with the reason. */
function checked(name: string, version: PackageSummary['versions'][number], options: ResolveOptions): PackageRef {
  const { apps = [], ignoreCompatibility = false } = options
  const ref = { name, version: version.version }
  const isRefused =
    !ignoreCompatibility && apps.length > 0 && verdictOf(version.compatibility, apps) === 'not-compatible'
  const refusal = isRefused ? refusalOf(ref, verdictsFor(version.compatibility, apps)) : undefined
  if (refusal !== undefined) throw refusal
  return ref
}
