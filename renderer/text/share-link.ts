import type { Connection } from '../../shared/model/connection.ts'
import type { PackageRef } from '../../shared/model/package.ts'
import { specOf } from '../../shared/model/package-ref.ts'

/** `orbital://install?…` for stores that others can reach; undefined for folders, where the command line is all there is. */
export function shareLinkOf({ location }: Connection, { name, version }: PackageRef): string | undefined {
  if (location.kind !== 's3') return undefined
  const { bucket, endpoint, region, root } = location
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['name', name],
    ['version', version],
    ['bucket', bucket],
    ['endpoint', endpoint],
    ['region', region],
    ['root', root === '' ? undefined : root],
  ]
  const query = parts.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]))
  return `orbital://install?${query.join('&')}`
}

/** What one types to install it from there. */
export const installCommandOf = ({ id }: Connection, ref: PackageRef): string =>
  `orbital install ${specOf(ref)} --from ${id}`
