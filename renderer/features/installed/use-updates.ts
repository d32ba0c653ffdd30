import { useMemo } from 'react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { useConnections, useOtherStores } from '../../state/connections.ts'
import { createStandings, groupByName } from '../../state/package-standing.ts'
import { useCatalog } from '../../state/packages.ts'
import { useApps } from '../../state/settings.ts'
import type { Update } from './installed-actions.ts'

/** Packages of a library that came from the store in view (or from a connection that is gone, or nobody knows from where), and of which it has a newer version that works here, by name. */
export function useUpdates(
  libraryId: string | undefined,
  installed: readonly InstalledVersion[],
): ReadonlyMap<string, Update> {
  const connectionId = useConnections(({ currentId }) => currentId)
  const { packages } = useCatalog(connectionId)
  const apps = useApps()
  const othersOf = useOtherStores()
  return useMemo(() => {
    const byName = groupByName(installed)
    const standingOf = createStandings(apps, byName, othersOf(connectionId))
    const updates = new Map<string, Update>()
    if (libraryId === undefined || connectionId === undefined) return updates
    for (const each of packages) {
      if (!byName.has(each.name)) continue
      const { kind, offered } = standingOf(each)
      if (kind !== 'update' || offered === undefined) continue
      const { name, title } = each
      updates.set(name, { connectionId, libraryId, name, title, version: offered.version })
    }
    return updates
  }, [apps, connectionId, installed, othersOf, libraryId, packages])
}
