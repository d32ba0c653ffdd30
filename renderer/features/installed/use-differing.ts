import { useMemo } from 'react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import type { VersionSummary } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { useConnections } from '../../state/connections.ts'
import { useCatalog } from '../../state/packages.ts'
import { useFetched } from '../browse/use-version.ts'
import { differsFromStore } from './care-calls.ts'

/** Other files in number or size. Those that differ in content alone are told by their checksums (`useDiffers`), which are read for one version at a time. */
export const looksDifferent = (
  { fileCount, diskBytes }: Pick<VersionSummary, 'fileCount' | 'diskBytes'>,
  installed: Pick<InstalledVersion, 'fileCount' | 'diskBytes'>,
): boolean =>
  fileCount !== undefined &&
  diskBytes !== undefined &&
  (fileCount !== installed.fileCount || diskBytes !== installed.diskBytes)

/** `<name>==<version>` of versions under which other files are published by now in the connection in view, if they came from there. */
export function useDiffering(installed: readonly InstalledVersion[]): ReadonlySet<string> {
  const connectionId = useConnections(({ currentId }) => currentId)
  const { packages } = useCatalog(connectionId)
  return useMemo(() => {
    const names = new Set(installed.map(({ ref }) => ref.name))
    const published = new Map(packages.filter(({ name }) => names.has(name)).map((each) => [each.name, each.versions]))
    const differing = installed.filter((each) => {
      if (each.fromConnectionId !== undefined && each.fromConnectionId !== connectionId) return false
      const summary = published.get(each.ref.name)?.find(({ version }) => version === each.ref.version)
      return summary !== undefined && looksDifferent(summary, each)
    })
    return new Set(differing.map(({ ref }) => specOf(ref)))
  }, [connectionId, installed, packages])
}

/** The same for one version, by the checksums of its files. False while it isn't known, and where nobody can know. */
export function useDiffers(version: InstalledVersion): boolean {
  const currentId = useConnections(({ currentId: id }) => id)
  const connectionId = version.fromConnectionId ?? currentId
  const { refreshedAt } = useCatalog(connectionId)
  const { libraryId, ref, installedAt } = version
  const answer = useFetched([connectionId, libraryId, specOf(ref), installedAt, refreshedAt].join(' '), (signal) =>
    connectionId === undefined ? Promise.resolve(false) : differsFromStore(connectionId, version, signal),
  )
  return answer.kind === 'ready' && answer.value
}
