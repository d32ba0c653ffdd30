import { specOf } from '../../../shared/model/package-ref.ts'
import { type InstalledPackage, versionsOf } from './installed-packages.ts'

/** What is ticked at first, by `<name>==<version>`: of one package its older versions, of several all; never what is kept. */
export function firstTicked(packages: readonly InstalledPackage[]): ReadonlySet<string> {
  const [only] = packages
  const versions = packages.length === 1 && only !== undefined ? only.older : packages.flatMap(versionsOf)
  return new Set(versions.filter(({ kept }) => !kept).map(({ ref }) => specOf(ref)))
}
