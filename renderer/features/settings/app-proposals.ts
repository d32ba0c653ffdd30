import type { App } from '../../../shared/model/app.ts'
import { compareVersions, parseConstraint, satisfies } from '../../../shared/model/constraint.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'

/** An app that installed packages name and that isn't listed. */
export interface AppProposal {
  readonly name: string
  /** Of the versions that they name, the one that fits most of them, the highest of equals; empty where none names one. */
  readonly version: string
  /** How many packages name it. */
  readonly packages: number
}

/** Most named first. What version somebody really has can't be known: it is proposed, not set. */
export function proposeApps(
  installed: readonly Pick<InstalledVersion, 'ref' | 'compatibility'>[],
  apps: readonly App[],
): readonly AppProposal[] {
  const byApp = new Map<string, { readonly packages: Set<string>; readonly constraints: string[] }>()
  for (const { ref, compatibility = {} } of installed) {
    for (const [name, constraint] of Object.entries(compatibility)) {
      if (apps.some((app) => app.name === name)) continue
      const known = byApp.get(name) ?? { packages: new Set(), constraints: [] }
      known.packages.add(ref.name)
      if (constraint !== null) known.constraints.push(constraint)
      byApp.set(name, known)
    }
  }
  return [...byApp]
    .map(([name, { packages, constraints }]) => ({
      name,
      version: fittingVersion(constraints),
      packages: packages.size,
    }))
    .toSorted((a, b) => b.packages - a.packages || (a.name < b.name ? -1 : 1))
}

function fittingVersion(constraints: readonly string[]): string {
  const named = [...new Set(constraints.flatMap((text) => text.match(/\d+(?:\.\d+)*(?:-[\w.]+)?/g) ?? []))]
  const fits = (version: string) => constraints.filter((text) => isSatisfied(version, text)).length
  const [best] = named
    .map((version) => ({ version, fits: fits(version) }))
    .filter((each) => each.fits > 0)
    .toSorted((a, b) => b.fits - a.fits || compareVersions(padded(b.version), padded(a.version)))
  return best?.version ?? ''
}

function isSatisfied(version: string, text: string): boolean {
  const constraint = parseConstraint(text)
  return !('problem' in constraint) && satisfies(padded(version), constraint)
}

/** `3.2` means 3.2.0. */
const padded = (version: string): string => {
  const [numbers = '', ...rest] = version.split('-')
  const three = [...numbers.split('.'), '0', '0'].slice(0, 3).join('.')
  return [three, ...rest].join('-')
}
