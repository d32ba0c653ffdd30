import type { Connection } from '../../shared/model/connection.ts'
import type { PackageRef } from '../../shared/model/package.ts'
import { specOf } from '../../shared/model/package-ref.ts'

/** What one types in a terminal to install it; it names the connection where that isn't the default one anyway. */
export const installCommandOf = (
  connection: Pick<Connection, 'id' | 'isDefault'> | undefined,
  ref: PackageRef,
): string =>
  `orbital install ${specOf(ref)}${connection === undefined || connection.isDefault ? '' : ` --from ${connection.id}`}`
