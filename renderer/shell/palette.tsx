import { Spotlight } from '@mantine/spotlight'
import {
  IconArrowsDownUp,
  IconCopy,
  IconFileZip,
  IconFolder,
  IconListDetails,
  IconMoon,
  IconPackageExport,
  IconPackages,
  IconPlus,
  IconRefresh,
  IconSearch,
  IconSettings,
  IconSun,
  IconSunMoon,
  type Icon as TablerIcon,
} from '@tabler/icons-react'
import { type ReactNode, useMemo, useState } from 'react'
import type { PackageSummary, VersionSummary } from '../../shared/model/package.ts'
import { installPackage, openFolder } from '../features/browse/package-actions.ts'
import { type BrowseRow, makeRows, queryRows } from '../features/browse/rows.ts'
import { StandingGlyph } from '../features/browse/standing-label.tsx'
import { useStandings } from '../features/browse/use-standings.ts'
import { showConnection, useConnections, useCurrentConnection } from '../state/connections.ts'
import { useHost } from '../state/host.ts'
import { goTo } from '../state/navigation.ts'
import { newestOf, type Standing } from '../state/package-standing.ts'
import { fetchCatalog, useCatalog } from '../state/packages.ts'
import { changeSettings } from '../state/settings.ts'
import { shellText } from '../text/shell.ts'
import { formatSize } from '../text/units.ts'
import { Icon } from '../ui/icon.tsx'
import { paletteStore } from './palette-store.ts'
import { pickAndOpen, pickAndPublish } from './pick-actions.ts'
import { copyPath } from './reveal-path.ts'

interface Action {
  readonly id: string
  readonly title: string
  readonly icon: TablerIcon
  readonly keys?: readonly string[]
  readonly words?: string
  readonly run: () => unknown
}

const { palette: words, pages } = shellText
const mostPackages = 6

/** Every action and every package, by typing. `>` shows actions only. */
export function Palette() {
  const [query, setQuery] = useState('')
  const onlyActions = query.startsWith('>')
  const text = (onlyActions ? query.slice(1) : query).trim()
  return (
    <Spotlight.Root
      store={paletteStore}
      query={query}
      onQueryChange={setQuery}
      clearQueryOnClose
      shortcut={null}
      size={640}
      yOffset={112}
      transitionProps={{ duration: 120 }}
      classNames={{ content: 'palette-content', overlay: 'palette-overlay' }}
      attributes={{ content: { 'aria-label': words.label } }}
      overlayProps={{ blur: 0 }}
    >
      <Spotlight.Search placeholder={words.label} aria-label={words.label} leftSection={<Icon of={IconSearch} />} />
      <Spotlight.ActionsList>
        <Found text={text} onlyActions={onlyActions} />
      </Spotlight.ActionsList>
      <footer className="palette-foot">
        <span className="row">
          <kbd>↑</kbd>
          <kbd>↓</kbd>
          {words.move}
        </span>
        <span className="row">
          <kbd>↵</kbd>
          {words.open}
        </span>
        <span className="push row">
          {words.type}
          <kbd>&gt;</kbd>
          {words.actionsOnly}
        </span>
      </footer>
    </Spotlight.Root>
  )
}

/** What fits the text; mounted only while the palette is open. */
function Found({ text, onlyActions }: { readonly text: string; readonly onlyActions: boolean }) {
  const connection = useCurrentConnection()
  const { packages } = useCatalog(connection?.id)
  const standingOf = useStandings()
  const rows = useMemo(() => makeRows(packages, []), [packages])
  const found = useMemo(
    () =>
      onlyActions || text === '' ? [] : queryRows(rows, { text, filter: 'all' }, standingOf).slice(0, mostPackages),
    [rows, text, onlyActions, standingOf],
  )
  const actions = useActions(text)
  if (found.length === 0 && actions.length === 0) return <Spotlight.Empty>{words.nothing(text)}</Spotlight.Empty>
  return (
    <>
      <Packages found={found} standingOf={standingOf} connectionId={connection?.id} text={text} />
      {actions.length > 0 && (
        <Spotlight.ActionsGroup label={words.actions}>
          {actions.map(({ id, title, icon, keys, run }) => (
            <Entry key={id} id={id} glyph={<Icon of={icon} />} title={title} keys={keys} text={text} onRun={run} />
          ))}
        </Spotlight.ActionsGroup>
      )}
    </>
  )
}

interface PackagesProps {
  readonly found: readonly BrowseRow[]
  readonly standingOf: (each: PackageSummary) => Standing
  readonly connectionId?: string
  readonly text: string
}

function Packages({ found, standingOf, connectionId, text }: PackagesProps) {
  const first = found[0]
  if (first?.kind !== 'package') return null
  const firstStanding = standingOf(first.package)
  const installedPath = firstStanding.installed[0]?.path
  return (
    <>
      <Spotlight.ActionsGroup label={words.packages}>
        {found.map((row) => {
          if (row.kind !== 'package') return null
          const standing = standingOf(row.package)
          const newest = newestOf(row.package)
          return (
            <Entry
              key={row.key}
              id={row.key}
              glyph={<StandingGlyph package={row.package} standing={standing} />}
              title={row.package.title}
              more={row.package.name}
              end={endOf(standing, newest)}
              text={text}
              onRun={() => goTo({ page: 'package', name: row.package.name, tab: 'overview' })}
            />
          )
        })}
      </Spotlight.ActionsGroup>
      <Spotlight.ActionsGroup label={words.actionsFor(first.package.title)}>
        {firstStanding.kind !== 'installed' && firstStanding.offered !== undefined && (
          <Entry
            id="install-first"
            glyph={<Icon of={IconPackages} />}
            title={(firstStanding.kind === 'update' ? words.updateTo : words.installVersion)(
              firstStanding.offered.version,
            )}
            onRun={() => installPackage(connectionId, first.package, firstStanding)}
          />
        )}
        {installedPath !== undefined && (
          <>
            <Entry
              id="open-first"
              glyph={<Icon of={IconFolder} />}
              title={words.openFolder}
              onRun={() => openFolder(firstStanding)}
            />
            <Entry
              id="copy-first"
              glyph={<Icon of={IconCopy} />}
              title={words.copyPath}
              onRun={() => copyPath(installedPath)}
            />
          </>
        )}
        <Entry
          id="versions-first"
          glyph={<Icon of={IconListDetails} />}
          title={words.allVersions}
          onRun={() => goTo({ page: 'package', name: first.package.name, tab: 'versions' })}
        />
      </Spotlight.ActionsGroup>
    </>
  )
}

function endOf({ kind, installed }: Standing, newest: VersionSummary | undefined): string {
  const here = installed[0]?.ref.version
  if (kind === 'installed' && here !== undefined) return words.installed(here)
  const size = newest?.diskBytes === undefined ? undefined : formatSize(newest.diskBytes)
  return [newest?.version, size].filter(Boolean).join(', ')
}

function useActions(text: string): readonly Action[] {
  const connections = useConnections((state) => state.list)
  const currentId = useConnections((state) => state.currentId)
  const isApp = useHost(({ facts }) => facts.kind === 'electron')
  // In a browser these are the browser's own.
  const inApp = (key: string) => (isApp ? ['Mod', key] : undefined)
  const actions: readonly Action[] = [
    {
      id: 'go-browse',
      title: words.goTo(pages.browse),
      icon: IconListDetails,
      keys: inApp('1'),
      run: () => goTo({ page: 'browse' }),
    },
    {
      id: 'go-publish',
      title: words.goTo(pages.publish),
      icon: IconPackageExport,
      keys: inApp('2'),
      run: () => goTo({ page: 'publish' }),
    },
    {
      id: 'go-installed',
      title: words.goTo(pages.installed),
      icon: IconPackages,
      words: words.words.installed,
      keys: inApp('3'),
      run: () => goTo({ page: 'installed' }),
    },
    {
      id: 'go-transfers',
      title: words.goTo(pages.transfers),
      icon: IconArrowsDownUp,
      words: words.words.transfers,
      keys: inApp('4'),
      run: () => goTo({ page: 'transfers' }),
    },
    {
      id: 'go-settings',
      title: words.settings,
      icon: IconSettings,
      keys: ['Mod', ','],
      run: () => goTo({ page: 'settings' }),
    },
    {
      id: 'publish-folder',
      title: words.publishFolder,
      icon: IconPackageExport,
      keys: inApp('N'),
      run: pickAndPublish,
    },
    {
      id: 'open-file',
      title: words.openFile,
      icon: IconFileZip,
      keys: ['Mod', 'O'],
      words: words.words.open,
      run: pickAndOpen,
    },
    {
      id: 'refresh',
      title: words.refresh,
      icon: IconRefresh,
      keys: inApp('R'),
      run: () => currentId !== undefined && fetchCatalog(currentId, { refresh: true }),
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
    { id: 'theme-light', title: words.light, icon: IconSun, run: () => changeSettings({ theme: 'light' }) },
    { id: 'theme-dark', title: words.dark, icon: IconMoon, run: () => changeSettings({ theme: 'dark' }) },
    {
      id: 'theme-system',
      title: words.system,
      icon: IconSunMoon,
      run: () => changeSettings({ theme: 'system' }),
    },
  ]
  const lower = text.toLowerCase()
  return actions.filter(({ title, words: others = '' }) => `${title} ${others}`.toLowerCase().includes(lower))
}

interface EntryProps {
  readonly id: string
  readonly glyph: ReactNode
  readonly title: string
  readonly more?: string
  readonly end?: string
  readonly keys?: readonly string[]
  /** What was typed: shown in the title where it occurs. */
  readonly text?: string
  readonly onRun: () => unknown
}

function Entry({ id, glyph, title, more, end, keys = [], text = '', onRun }: EntryProps) {
  return (
    <Spotlight.Action id={id} className="option" onClick={() => void onRun()}>
      <span className="option-glyph">{glyph}</span>
      <span className="cut">
        <Marked title={title} text={text} />
        {more !== undefined && <span className="t3"> {more}</span>}
      </span>
      <span className="push row small t3 num option-end">
        {end}
        {keys.map((key) => (key === 'Mod' ? <kbd className="mod" key={key} /> : <kbd key={key}>{key}</kbd>))}
      </span>
    </Spotlight.Action>
  )
}

function Marked({ title, text }: { readonly title: string; readonly text: string }) {
  const at = text === '' ? -1 : title.toLowerCase().indexOf(text.toLowerCase())
  if (at < 0) return title
  return (
    <>
      {title.slice(0, at)}
      <mark>{title.slice(at, at + text.length)}</mark>
      {title.slice(at + text.length)}
    </>
  )
}
