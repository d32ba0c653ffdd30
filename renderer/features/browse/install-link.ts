import type { Connection } from '../../../shared/model/connection.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { newestOf } from '../../state/package-standing.ts'
import { shareLinkOf } from '../../text/share-link.ts'

/** The link that offers this package to whoever opens it; absent for stores that only this computer knows. */
export function installLink(connection: Connection, each: PackageSummary, wanted?: string): string | undefined {
  const version = wanted ?? newestOf(each)?.version
  return version === undefined ? undefined : shareLinkOf(connection, { name: each.name, version })
}
