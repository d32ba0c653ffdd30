import { IconCloud, IconDeviceDesktop, IconFolder, IconServer, type Icon as TablerIcon } from '@tabler/icons-react'
import type { Connection } from '../../shared/model/connection.ts'

/** What kind of place a connection leads to: this computer, a folder, Amazon S3, another store. */
export const connectionIcon = ({ location, origin }: Pick<Connection, 'location' | 'origin'>): TablerIcon => {
  if (origin === 'built-in') return IconDeviceDesktop
  if (location.kind === 'folder') return IconFolder
  return location.endpoint === undefined ? IconCloud : IconServer
}
