import { Spotlight } from '@mantine/spotlight'
import {
  IconChecks,
  IconCopy,
  IconDownload,
  IconFiles,
  IconFolder,
  IconLink,
  IconListDetails,
  IconPackageExport,
  IconPin,
  IconPinnedOff,
  IconTrash,
  type Icon as TablerIcon,
} from '@tabler/icons-react'
import type { InstalledVersion } from '../../shared/model/installed.ts'
import type { PackageSummary, VersionSummary } from '../../shared/model/package.ts'
import { formatPackageLink } from '../../shared/model/package-link.ts'
import { specOf } from '../../shared/model/package-ref.ts'
import { installPackage, openFolder } from '../features/browse/package-actions.ts'
import type { BrowseRow } from '../features/browse/rows.ts'
import { StandingGlyph } from '../features/browse/standing-label.tsx'
import { keepAll, removeVersions, verify } from '../features/installed/installed-actions.ts'
import { useConnection } from '../state/connections.ts'
import { useInstalled } from '../state/installed.ts'
import { goTo, usePlace } from '../state/navigation.ts'
import { newestOf, type Standing } from '../state/package-standing.ts'
import { useSettings } from '../state/settings.ts'
import { shellText } from '../text/shell.ts'
import { formatSize } from '../text/units.ts'
import { copyText } from '../ui/copy-text.ts'
import { Icon } from '../ui/icon.tsx'
import { commandsOf, type RowCommand, rowKeysOf } from '../ui/row-keys.ts'
import { showToast } from '../ui/toast.tsx'
import { Entry } from './palette-entry.tsx'
import { pickAndPublish } from './pick-actions.ts'
import { copyPath, sayIfFailed } from './reveal-path.ts'
import { whyFound } from './why-found.ts'

const words = shellText.palette

interface PackagesProps {
  readonly found: readonly BrowseRow[]
  readonly standingOf: (each: PackageSummary) => Standing
  readonly text: string
}

export const FoundPackages = ({ found, standingOf, text }: PackagesProps) => (
  <Spotlight.ActionsGroup role="group" aria-label={words.packages} label={words.packages}>
    {found.map((row) => {
      if (row.kind !== 'package') return null
      const standing = standingOf(row.package)
      return (
        <Entry
          key={row.key}
          id={row.key}
          glyph={<StandingGlyph package={row.package} standing={standing} />}
          title={row.package.title}
          more={row.package.name}
          why={whyFound(row.package, text)}
          end={endOf(standing, newestOf(row.package))}
          text={text}
          onRun={() => goTo({ page: 'package', name: row.package.name, tab: 'overview' })}
        />
      )
    })}
  </Spotlight.ActionsGroup>
)

function endOf({ kind, installed }: Standing, newest: VersionSummary | undefined): string {
  const here = installed[0]?.ref.version
  if (kind === 'installed' && here !== undefined) return words.installed(here)
  const size = newest?.diskBytes === undefined ? undefined : formatSize(newest.diskBytes)
  return [newest?.version, size].filter(Boolean).join(', ')
}

interface PackageActionsProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
}

interface PackageAction {
  readonly id: string
  readonly title: string
  readonly icon: TablerIcon
  /** The key of a list that does the same. */
  readonly command?: RowCommand
  readonly run: () => unknown
}

/** What may be done with the package that was found first, or that is being looked at. */
export function PackageActions({ connectionId, package: each, standing }: PackageActionsProps) {
  const singleKeys = useSettings(({ settings }) => settings.singleKeys)
  const { page } = usePlace()
  /** Only where the list below knows it. */
  const keysOf = (command: RowCommand) =>
    (page === 'browse' || page === 'installed') && commandsOf[page].has(command)
      ? rowKeysOf(command, singleKeys)
      : undefined
  const connection = useConnection(connectionId)
  const freedBytes = useFreedBytes(standing.installed[0])
  const { name } = each
  const { offered, kind, installed } = standing
  const [here] = installed
  const newest = newestOf(each)?.version
  const link = connection && newest && formatPackageLink({ name, version: newest }, connection.location)
  const actions: readonly (PackageAction | false | undefined)[] = [
    kind !== 'installed' &&
      offered !== undefined && {
        id: 'install-first',
        title: (kind === 'update' ? words.updateTo : words.installVersion)(offered.version),
        icon: IconDownload,
        command: kind === 'update' ? 'update' : 'install',
        run: () => installPackage(connectionId, each, standing),
      },
    ...(here === undefined ? [] : actionsOfInstalled(here, standing, freedBytes)),
    {
      id: 'versions-first',
      title: words.allVersions,
      icon: IconListDetails,
      run: () => goTo({ page: 'package', name, tab: 'versions' }),
    },
    {
      id: 'files-first',
      title: words.files,
      icon: IconFiles,
      run: () => goTo({ page: 'package', name, tab: 'files' }),
    },
    link !== undefined &&
      link !== '' && {
        id: 'link-first',
        title: shellText.arrived.copyLink,
        icon: IconLink,
        run: async () => {
          if (await copyText(link)) showToast({ text: shellText.arrived.linkCopied })
        },
      },
    { id: 'publish-first', title: words.publishNext, icon: IconPackageExport, run: pickAndPublish },
  ]
  return (
    <Spotlight.ActionsGroup role="group" aria-label={words.actionsFor(each.title)} label={words.actionsFor(each.title)}>
      {actions.map(
        (action) =>
          action && (
            <Entry
              key={action.id}
              id={action.id}
              glyph={<Icon of={action.icon} />}
              title={action.title}
              keys={action.command && keysOf(action.command)}
              onRun={action.run}
            />
          ),
      )}
    </Spotlight.ActionsGroup>
  )
}

function actionsOfInstalled(here: InstalledVersion, standing: Standing, freedBytes: number): readonly PackageAction[] {
  const { version } = here.ref
  return [
    {
      id: 'open-first',
      title: words.openFolder,
      icon: IconFolder,
      command: 'open-folder',
      run: () => openFolder(standing),
    },
    { id: 'copy-first', title: words.copyPath, icon: IconCopy, command: 'copy-path', run: () => copyPath(here.path) },
    {
      id: 'verify-first',
      title: words.verify(version),
      icon: IconChecks,
      command: 'verify',
      run: () => sayIfFailed(() => verify(here, new AbortController().signal)),
    },
    {
      id: 'keep-first',
      title: here.kept ? words.unkeep(version) : words.keep(version),
      icon: here.kept ? IconPinnedOff : IconPin,
      command: 'keep',
      run: () => sayIfFailed(() => keepAll([here], !here.kept)),
    },
    {
      id: 'remove-first',
      title: words.remove(version, freedBytes),
      icon: IconTrash,
      command: 'remove',
      run: () => sayIfFailed(() => removeVersions([here], () => freedBytes)),
    },
  ]
}

/** What removing it frees, as its library's disk tells. */
function useFreedBytes(here: InstalledVersion | undefined): number {
  return useInstalled(({ usageByLibrary }) => {
    if (here === undefined) return 0
    const found = usageByLibrary[here.libraryId]?.packages.find(({ ref }) => specOf(ref) === specOf(here.ref))
    return found?.freedBytes ?? here.diskBytes
  })
}
