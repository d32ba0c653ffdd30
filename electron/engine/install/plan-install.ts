import type { App } from '../../../shared/model/app.ts'
import { verdictFor, verdictOf, verdictsFor } from '../../../shared/model/compatibility.ts'
import { compareVersions } from '../../../shared/model/constraint.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import type { InstallPlan } from '../../../shared/model/plans.ts'
import type { VolumeFacts } from '../ports.ts'
import { segmentBytes } from './install-limits.ts'
import type { InstallRequest } from './install-request.ts'
import { installSegments, isReusedSegment, movedBytesOf } from './install-segments.ts'
import { sha256Of } from './install-source.ts'
import { diskBytesOf, neededBytesOf } from './install-space.ts'
import type { Reuse } from './reuse.ts'
import { hasSameFiles } from './same-files.ts'

/** What was gathered before: the package as it is at its source, and the library as it is now. */
export interface PlanInput {
  readonly planId: string
  readonly source: InstallRequest['source']
  readonly manifest: Manifest
  readonly metaBytes: Uint8Array
  readonly libraryId: string
  readonly installed: readonly InstalledVersion[]
  /** Of the installed version of the same name and version, if there is one. */
  readonly installedManifest?: Manifest | undefined
  /** What installed versions of this machine have of it, and which give something. */
  readonly reusable?: { readonly reuse: Reuse; readonly from: readonly string[] } | undefined
  readonly volume: VolumeFacts
  /** What was staged of it needs no room again, and how much that is only its run tells: that looks once more. */
  readonly isBegun?: boolean | undefined
  readonly oneVersionPerPackage: boolean
  /** The person's apps, or the one that was named. */
  readonly apps: readonly App[]
  readonly forApp?: App | undefined
  readonly force?: boolean | undefined
  readonly upgrade?: boolean | undefined
}

/** What installing would do, and the request that does it. A value: writes nothing, asks nobody. */
export function planInstall(input: PlanInput): { readonly plan: InstallPlan; readonly request: InstallRequest } {
  const { manifest, metaBytes, installed, apps, volume, source } = input
  const { ref, info } = manifest
  const same = installed.find((each) => each.ref.name === ref.name && each.ref.version === ref.version)
  const isSame = input.installedManifest !== undefined && hasSameFiles(input.installedManifest, manifest)
  const alreadyInstalled = input.force !== true && same?.verifiedAt !== undefined && isSame
  const toTrash = alreadyInstalled ? [] : othersToTrash(input)
  const isCopied = !alreadyInstalled && source.kind === 'connection' && input.force !== true
  const { reuse, from } = (isCopied ? input.reusable : undefined) ?? { reuse: undefined, from: [] }
  const segments = installSegments(manifest, segmentBytes, reuse)
  const moved = movedBytesOf(manifest, segments, (index) => isReusedSegment(segments[index]))
  const neededBytes = alreadyInstalled
    ? 0
    : neededBytesOf(manifest, metaBytes.length, segments, { spools: source.kind === 'connection' })
  const diskBytes = alreadyInstalled ? 0 : diskBytesOf(manifest, metaBytes.length)
  const makesWay = same !== undefined && !alreadyInstalled && (input.force === true || !isSame) ? [ref.version] : []
  return {
    plan: {
      planId: input.planId,
      ref,
      title: info.title ?? ref.name,
      ...(source.kind === 'connection' ? { connectionId: source.connectionId } : {}),
      libraryId: input.libraryId,
      downloadBytes: alreadyInstalled || source.kind === 'file' ? 0 : moved.downloadBytes,
      reusedBytes: alreadyInstalled || source.kind === 'file' ? 0 : moved.reusedBytes,
      reusedFrom: [...from],
      diskBytes: manifest.totalBytes,
      neededBytes,
      freeBytes: volume.freeBytes,
      freeAfterBytes: Math.max(0, volume.freeBytes - diskBytes),
      enoughSpace: input.isBegun === true || neededBytes <= volume.freeBytes,
      fileCount: manifest.files.length,
      alreadyInstalled,
      replaces: [...makesWay, ...toTrash],
      verdict: verdictOf(info.compatibility, apps),
      verdicts: [...verdictsFor(info.compatibility, apps)],
    },
    request: {
      source,
      ref,
      libraryId: input.libraryId,
      metaSha256: sha256Of(metaBytes),
      force: input.force === true,
      toTrash: [...toTrash],
      ...(reuse === undefined || reuse.pieces.length === 0 ? {} : { reuse }),
      ...(input.forApp === undefined ? {} : { forApp: `${input.forApp.name} ${input.forApp.version}` }),
    },
  }
}

/**
 * Other installed versions of the package that make room: with one version per package all of them, on an upgrade the next lower one
 * unless one of the apps is satisfied by no other. Kept ones stay.
 */
function othersToTrash({ manifest, installed, oneVersionPerPackage, upgrade, apps }: PlanInput): readonly string[] {
  const { ref, info } = manifest
  const others = installed.filter((each) => each.ref.name === ref.name && each.ref.version !== ref.version)
  if (oneVersionPerPackage) return others.filter(({ kept }) => !kept).map((each) => each.ref.version)
  if (upgrade !== true) return []
  const lower = others
    .filter((each) => compareVersions(each.ref.version, ref.version) < 0)
    .sort((a, b) => compareVersions(b.ref.version, a.ref.version))[0]
  if (lower === undefined || lower.kept) return []
  const rest = [info.compatibility, ...others.filter((each) => each !== lower).map((each) => each.compatibility)]
  const isNeeded = apps.some(
    (app) =>
      verdictFor(lower.compatibility, app).kind === 'compatible' &&
      !rest.some((map) => verdictFor(map, app).kind === 'compatible'),
  )
  return isNeeded ? [] : [lower.ref.version]
}
