import { AppError } from '../../../shared/errors.ts'
import type { App } from '../../../shared/model/app.ts'
import { chooseVersion } from '../../../shared/model/choose-version.ts'
import { closestTo } from '../../../shared/model/closest.ts'
import { verdictOf, verdictsFor } from '../../../shared/model/compatibility.ts'
import { type Constraint, parseSpec } from '../../../shared/model/constraint.ts'
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
  if (found === undefined) throw new AppError('package-not-found', { spec, where, ...meantBy(parsed.name, packages) })
  const choice = chooseVersion(found.versions, parsed.constraint, {
    apps: options.apps ?? [],
    prerelease: options.prerelease ?? false,
    ignoreCompatibility: options.ignoreCompatibility ?? false,
  })
  if (choice.kind === 'no-match')
    throw new AppError('package-not-found', { spec, where, ...newestOf(found, exactOf(parsed.constraint)) })
  if (choice.kind === 'incompatible') {
    const ref = { name: found.name, version: choice.newest.version }
    throw refusalOf(ref, choice.verdicts) ?? new AppError('package-not-found', { spec, where })
  }
  return { name: found.name, version: choice.version.version }
}

/** What a name that no package has may mean: `name-version` of one that there is, or a name close to it. */
export function meantBy(name: string, packages: readonly PackageSummary[]): { newest?: string; meant?: string } {
  const [, stem = name, version] = /^(.+)-(\d[^-]*(?:-.+)?)$/.exec(name) ?? []
  const found = version === undefined ? undefined : packages.find((each) => each.name === stem)
  if (found !== undefined) return newestOf(found, version)
  const meant = closestTo(
    stem,
    packages.map((each) => each.name),
  )
  return meant === undefined ? {} : { meant }
}

/** The newest version of a package that hasn't the one that was asked for, and another one that is close to that. */
function newestOf({ name, versions }: PackageSummary, asked: string | undefined): { newest?: string; meant?: string } {
  const [first] = versions
  if (first === undefined) return {}
  const known = versions.map(({ version }) => version)
  const close = asked === undefined ? undefined : closestTo(asked, known)
  const isNews = close !== undefined && close !== first.version
  return { newest: first.version, ...(isNews ? { meant: specOf({ name, version: close }) } : {}) }
}

/** The version of a constraint that names one alone. */
const exactOf = (constraint: Constraint): string | undefined => {
  if (constraint.kind !== 'classic') return undefined
  const [first, second] = constraint.comparators
  return first?.operator === '==' && second === undefined ? first.version : undefined
}

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
