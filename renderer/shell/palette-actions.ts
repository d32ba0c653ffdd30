import {
  IconArrowBackUp,
  IconArrowsDownUp,
  IconArrowUp,
  IconChecks,
  IconDatabase,
  IconFileZip,
  IconKeyboard,
  IconListDetails,
  IconMoon,
  IconPackageExport,
  IconPackages,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlus,
  IconRefresh,
  IconSettings,
  IconSun,
  IconSunMoon,
  type Icon as TablerIcon,
} from '@tabler/icons-react'
import { canPause, canResume, pauseAll, resumeAll } from '../features/transfers/transfer-actions.ts'
import { showConnection, useConnections } from '../state/connections.ts'
import { useHost } from '../state/host.ts'
import { useInstalled, useShownLibrary } from '../state/installed.ts'
import { goTo, usePlace } from '../state/navigation.ts'
import { askInstalledPage } from '../state/page-request.ts'
import { changeSettings, useSettings } from '../state/settings.ts'
import { useTransfers } from '../state/transfers.ts'
import { shellText } from '../text/shell.ts'
import { hasUndo } from '../ui/toast.tsx'
import { keysOf, type WindowCommand } from './key-map.ts'
import { runCommand } from './keys.ts'
import type { Findable } from './rank-actions.ts'
import { sayIfFailed } from './reveal-path.ts'

export interface Action extends Findable {
  readonly id: string
  readonly icon: TablerIcon
  readonly keys?: readonly string[]
  readonly run: () => unknown
}

const { palette: words, pages } = shellText

/** Everything that can be done now, wherever the window is; what would do nothing is left out. */
export function useActions(): readonly Action[] {
  const connections = useConnections((state) => state.list)
  const currentId = useConnections((state) => state.currentId)
  const browser = useHost(({ facts }) => facts.kind === 'browser')
  const { singleKeys, theme } = useSettings((state) => state.settings)
  const page = usePlace().page
  const transfers = useTransfers(({ byId }) => byId)
  const library = useShownLibrary()
  const isInstalled = useInstalled(({ versionsByLibrary }) => (versionsByLibrary[library?.id ?? '']?.length ?? 0) > 0)
  /** Installed shows one library at a time: of several it is named. */
  const inLibrary = useInstalled(({ libraries }) => (libraries.length > 1 ? library?.name : undefined))
  /** What a key of the window does, under the key's own name. */
  const ofKey = (command: WindowCommand, title: string, icon: TablerIcon, others?: string): Action => ({
    id: command,
    title,
    icon,
    words: others,
    keys: keysOf(command, { browser, singleKeys })[0],
    run: () => runCommand(command),
  })
  const all = Object.values(transfers)
  const actions: readonly (Action | false)[] = [
    page !== 'browse' && ofKey('browse', words.goTo(pages.browse), IconListDetails),
    page !== 'publish' && ofKey('publish-page', words.goTo(pages.publish), IconPackageExport),
    page !== 'installed' && ofKey('installed', words.goTo(pages.installed), IconPackages, words.words.installed),
    page !== 'transfers' && ofKey('transfers', words.goTo(pages.transfers), IconArrowsDownUp, words.words.transfers),
    ofKey('settings', words.settings, IconSettings, words.words.settings),
    ofKey('publish', words.publishFolder, IconPackageExport),
    ofKey('open', words.openFile, IconFileZip, words.words.open),
    ofKey('refresh', words.refresh, IconRefresh, words.words.refresh),
    hasUndo() && ofKey('undo', words.undo, IconArrowBackUp),
    isInstalled && {
      id: 'update-all',
      title: words.updateAll(inLibrary),
      icon: IconArrowUp,
      words: words.words.updates,
      run: () => askInstalledPage('update-all'),
    },
    isInstalled && {
      id: 'verify-all',
      title: words.verifyAll(inLibrary),
      icon: IconChecks,
      run: () => askInstalledPage('verify-all'),
    },
    {
      id: 'free-up',
      title: words.freeUp,
      icon: IconDatabase,
      words: words.words.freeUp,
      run: () => askInstalledPage('free-up'),
    },
    all.some(canPause) && {
      id: 'pause-all',
      title: words.pauseAll,
      icon: IconPlayerPause,
      run: () => sayIfFailed(pauseAll),
    },
    all.some(canResume) && {
      id: 'resume-all',
      title: words.resumeAll,
      icon: IconPlayerPlay,
      run: () => sayIfFailed(resumeAll),
    },
    {
      id: 'add-connection',
      title: words.addConnection,
      icon: IconPlus,
      words: words.words.connection,
      run: () => goTo({ page: 'settings', section: 'connections', item: 'new' }),
    },
    ...connections
      .filter(({ id }) => id !== currentId)
      .map(({ id, name }) => ({
        id: `show-${id}`,
        title: words.showPackagesOf(name),
        icon: IconListDetails,
        run: () => {
          showConnection(id)
          goTo({ page: 'browse' })
        },
      })),
    ...([['light', IconSun] as const, ['dark', IconMoon] as const, ['system', IconSunMoon] as const] as const)
      .filter(([each]) => each !== theme)
      .map(([each, icon]) => ({
        id: `theme-${each}`,
        title: words[each],
        icon,
        words: words.words.theme,
        run: () => sayIfFailed(() => changeSettings({ theme: each })),
      })),
    ofKey('shortcuts', words.shortcuts, IconKeyboard, words.words.shortcuts),
  ]
  return actions.filter((action) => action !== false)
}
