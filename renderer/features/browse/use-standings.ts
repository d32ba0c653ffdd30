import { useMemo } from 'react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { allInstalled, useInstalled } from '../../state/installed.ts'
import { createStandings, groupByName, type Standing } from '../../state/package-standing.ts'
import { useApps } from '../../state/settings.ts'

/** What each package is to this person, computed when asked for. A new function whenever apps or installed versions change. */
export function useStandings(): (each: PackageSummary) => Standing {
  const apps = useApps()
  const libraries = useInstalled((state) => state.libraries)
  const versionsByLibrary = useInstalled((state) => state.versionsByLibrary)
  return useMemo(
    () => createStandings(apps, groupByName(allInstalled({ libraries, versionsByLibrary }))),
    [apps, libraries, versionsByLibrary],
  )
}
