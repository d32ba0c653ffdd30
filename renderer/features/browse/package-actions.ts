import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { revealOrSay } from '../../shell/reveal-path.ts'
import { askInstall } from '../../state/install-request.ts'
import type { Standing } from '../../state/package-standing.ts'

/** Opens the sheet for a version of a package; the offered one when none is named. */
export function installPackage(
  connectionId: string | undefined,
  each: PackageSummary,
  standing: Standing,
  version: VersionSummary | undefined = standing.offered,
): void {
  if (version === undefined) return
  const isUpdate = standing.kind === 'update' && version.version === standing.offered?.version
  askInstall({
    source: { connectionId, ref: { name: each.name, version: version.version } },
    title: each.title,
    upgrade: isUpdate,
  })
}

/** Shows the folder of the highest installed version in the system's file manager. */
export async function openFolder({ installed }: Standing): Promise<void> {
  const path = installed[0]?.path
  if (path !== undefined) await revealOrSay(path)
}
