import { useMemo } from 'react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { useConnections, useOtherStores } from '../../state/connections.ts'
import { allInstalled, useInstalled } from '../../state/installed.ts'
import { createStandings, groupByName, type Standing } from '../../state/package-standing.ts'
import { useApps } from '../../state/settings.ts'

type StandingOf = (each: PackageSummary) => Standing

/** What each package of the connection in view is to this person, computed when asked for. A new function whenever that, apps, installed versions or connections change. */
export function useStandings(): StandingOf {
  const standingsOf = useStandingsOf()
  return standingsOf(useConnections(({ currentId }) => currentId))
}

/** The same for packages of any connection. */
export function useStandingsOf(): (connectionId: string | undefined) => StandingOf {
  const apps = useApps()
  const othersOf = useOtherStores()
  const libraries = useInstalled((state) => state.libraries)
  const versionsByLibrary = useInstalled((state) => state.versionsByLibrary)
  return useMemo(() => {
    const byName = groupByName(allInstalled({ libraries, versionsByLibrary }))
    const made = new Map<string | undefined, StandingOf>()
    return (connectionId) => {
      const standingOf = made.get(connectionId) ?? createStandings(apps, byName, othersOf(connectionId))
      made.set(connectionId, standingOf)
      return standingOf
    }
  }, [apps, othersOf, libraries, versionsByLibrary])
}
