import { Spotlight } from '@mantine/spotlight'
import {
  IconArrowsDownUp,
  IconFileZip,
  IconListDetails,
  IconMoon,
  IconPackageExport,
  IconPackages,
  IconPlus,
  IconRefresh,
  IconSettings,
  IconSun,
  IconSunMoon,
  type Icon as TablerIcon,
} from '@tabler/icons-react'
import { type ReactNode, useMemo, useState } from 'react'
import type { PackageSummary } from '../../shared/model/package.ts'
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
import { formatSize } from '../text/units.ts'
import { Icon } from '../ui/icon.tsx'
import { paletteStore } from './palette-store.ts'
import { pickAndOpen, pickAndPublish } from './pick-actions.ts'

interface Action {
  readonly id: string
  readonly title: string
  readonly icon: TablerIcon
  readonly keys?: readonly string[]
  readonly words?: string
  readonly run: () => unknown
}

const mostPackages = 8

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
      maxHeight={560}
      scrollable
      transitionProps={{ duration: 120 }}
      classNames={{ content: 'palette-content', overlay: 'palette-overlay' }}
      attributes={{ content: { 'aria-label': 'Search packages and actions' } }}
      overlayProps={{ blur: 0 }}
    >
      <Spotlight.Search
        placeholder="Search packages and actions"
        aria-label="Search packages and actions"
        leftSection={null}
      />
      <Spotlight.ActionsList>
        <Found text={text} onlyActions={onlyActions} />
      </Spotlight.ActionsList>
      <footer className="palette-foot">
        <span className="row">
          <kbd>↑</kbd>
          <kbd>↓</kbd>
          move
        </span>
        <span className="row">
          <kbd>↵</kbd>
          open
        </span>
        <span className="push row">
          Type
          <kbd>&gt;</kbd>
          for actions only
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
  if (found.length === 0 && actions.length === 0) return <Spotlight.Empty>Nothing fits “{text}”.</Spotlight.Empty>
  return (
    <>
      <Packages found={found} standingOf={standingOf} connectionId={connection?.id} text={text} />
      {actions.length > 0 && (
        <Spotlight.ActionsGroup label="Actions">
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
  return (
    <>
      <Spotlight.ActionsGroup label="Packages">
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
              end={[newest?.version, newest?.diskBytes === undefined ? undefined : formatSize(newest.diskBytes)]
                .filter(Boolean)
                .join(', ')}
              text={text}
              onRun={() => goTo({ page: 'package', name: row.package.name, tab: 'overview' })}
            />
          )
        })}
      </Spotlight.ActionsGroup>
      <Spotlight.ActionsGroup label={`Actions for ${first.package.title}`}>
        {firstStanding.kind !== 'installed' && firstStanding.offered !== undefined && (
          <Entry
            id="install-first"
            glyph={<Icon of={IconPackages} />}
            title={`${firstStanding.kind === 'update' ? 'Update to' : 'Install'} ${firstStanding.offered.version}`}
            onRun={() => installPackage(connectionId, first.package, firstStanding)}
          />
        )}
        {firstStanding.installed.length > 0 && (
          <Entry
            id="open-first"
            glyph={<Icon of={IconFileZip} />}
            title="Open folder"
            onRun={() => openFolder(firstStanding)}
          />
        )}
        <Entry
          id="versions-first"
          glyph={<Icon of={IconListDetails} />}
          title="All versions"
          onRun={() => goTo({ page: 'package', name: first.package.name, tab: 'versions' })}
        />
      </Spotlight.ActionsGroup>
    </>
  )
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
      title: 'Go to Browse',
      icon: IconListDetails,
      keys: inApp('1'),
      run: () => goTo({ page: 'browse' }),
    },
    {
      id: 'go-publish',
      title: 'Go to Publish',
      icon: IconPackageExport,
      keys: inApp('2'),
      run: () => goTo({ page: 'publish' }),
    },
    {
      id: 'go-installed',
      title: 'Go to Installed',
      icon: IconPackages,
      words: 'library disk free up space trash',
      keys: inApp('3'),
      run: () => goTo({ page: 'installed' }),
    },
    {
      id: 'go-transfers',
      title: 'Go to Transfers',
      icon: IconArrowsDownUp,
      words: 'downloads uploads queue',
      keys: inApp('4'),
      run: () => goTo({ page: 'transfers' }),
    },
    {
      id: 'go-settings',
      title: 'Settings',
      icon: IconSettings,
      keys: ['Mod', ','],
      run: () => goTo({ page: 'settings' }),
    },
    {
      id: 'publish-folder',
      title: 'Publish a folder…',
      icon: IconPackageExport,
      keys: inApp('N'),
      run: pickAndPublish,
    },
    {
      id: 'open-file',
      title: 'Open a package file or folder…',
      icon: IconFileZip,
      keys: ['Mod', 'O'],
      words: 'sputnik install',
      run: pickAndOpen,
    },
    {
      id: 'refresh',
      title: 'Check for new packages',
      icon: IconRefresh,
      keys: inApp('R'),
      run: () => currentId !== undefined && fetchCatalog(currentId, { refresh: true }),
    },
    {
      id: 'add-connection',
      title: 'Add a connection…',
      icon: IconPlus,
      words: 's3 bucket store',
      run: () => goTo({ page: 'settings', section: 'connections', item: 'new' }),
    },
    ...connections
      .filter(({ id }) => id !== currentId)
      .map(({ id, name }) => ({
        id: `show-${id}`,
        title: `Show packages of ${name}`,
        icon: IconListDetails,
        run: () => {
          showConnection(id)
          goTo({ page: 'browse' })
        },
      })),
    { id: 'theme-light', title: 'Light theme', icon: IconSun, run: () => changeSettings({ theme: 'light' }) },
    { id: 'theme-dark', title: 'Dark theme', icon: IconMoon, run: () => changeSettings({ theme: 'dark' }) },
    {
      id: 'theme-system',
      title: 'Theme of the system',
      icon: IconSunMoon,
      run: () => changeSettings({ theme: 'system' }),
    },
  ]
  const lower = text.toLowerCase()
  return actions.filter(({ title, words = '' }) => `${title} ${words}`.toLowerCase().includes(lower))
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
