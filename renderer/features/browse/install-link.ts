import type { Connection } from '../../../shared/model/connection.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { newestOf } from '../../state/package-standing.ts'

/** The link that offers this package to whoever opens it; absent for stores that only this computer knows. */
export function installLink({ location }: Connection, each: PackageSummary, wanted?: string): string | undefined {
  const version = wanted ?? newestOf(each)?.version
  if (location.kind !== 's3' || version === undefined) return undefined
  const { bucket, endpoint, region, root } = location
  const parts = { name: each.name, version, bucket, endpoint, region, root: root === '' ? undefined : root }
  const query = Object.entries(parts).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  )
  return `orbital://install?${query.join('&')}`
}
