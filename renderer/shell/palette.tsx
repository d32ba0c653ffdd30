import { Spotlight } from '@mantine/spotlight'
import { IconSearch, IconSettings } from '@tabler/icons-react'
import { type KeyboardEvent, useMemo, useState } from 'react'
import { useBrowseView } from '../features/browse/browse-view.ts'
import { installPackage } from '../features/browse/package-actions.ts'
import { makeRows, packageKey, queryRows } from '../features/browse/rows.ts'
import { useStandingsOf } from '../features/browse/use-standings.ts'
import { findSettings, goToSetting } from '../features/settings/settings-index.ts'
import { useCurrentConnection } from '../state/connections.ts'
import { useHost } from '../state/host.ts'
import { usePlace } from '../state/navigation.ts'
import { useCatalog } from '../state/packages.ts'
import { shellText } from '../text/shell.ts'
import { Icon } from '../ui/icon.tsx'
import { Keys } from '../ui/keys.tsx'
import { handOverFocus } from '../ui/use-focus-handover.ts'
import { useActions } from './palette-actions.ts'
import { elsewhereOf, FoundElsewhere, useFoundElsewhere } from './palette-elsewhere.tsx'
import { Entry } from './palette-entry.tsx'
import { FoundPackages, PackageActions } from './palette-packages.tsx'
import { paletteListId, useSpokenSelection } from './palette-selection.ts'
import { palette, paletteStore } from './palette-store.ts'
import { rankActions, scoreOfAction } from './rank-actions.ts'

const { palette: words } = shellText
const mostPackages = 6
const mostSettings = 5

/** Every action, package and setting, by typing, best first. `>` shows actions only. */
export function Palette() {
  const [query, setQuery] = useState('')
  const onlyActions = query.startsWith('>')
  const text = (onlyActions ? query.slice(1) : query).trim()
  const install = useInstallByKey()
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
      // Where it led to another page, what had the focus before is gone.
      onExitTransitionEnd={handOverFocus}
      classNames={{ content: 'palette-content', overlay: 'palette-overlay' }}
      attributes={{ content: { 'aria-label': words.label } }}
      overlayProps={{ blur: 0 }}
    >
      <Spotlight.Search
        placeholder={words.label}
        aria-label={words.label}
        leftSection={<Icon of={IconSearch} />}
        onKeyDownCapture={install}
      />
      <Spotlight.ActionsList id={paletteListId} role="listbox" aria-label={words.results}>
        <Found text={text} onlyActions={onlyActions} />
      </Spotlight.ActionsList>
      <div className="palette-foot">
        <span className="row">
          <Keys keys={['↑', '↓']} />
          {words.move}
        </span>
        <span className="row">
          <Keys keys={['↵']} />
          {words.open}
        </span>
        <span className="row">
          <Keys keys={['Mod', '↵']} />
          {words.install}
        </span>
        <span className="push row">
          {words.type}
          <kbd>&gt;</kbd>
          {words.actionsOnly}
        </span>
      </div>
    </Spotlight.Root>
  )
}

/** ⌘↵ or Ctrl ↵ on a package installs (or updates) it: the sheet comes without a way over its page. */
function useInstallByKey(): (event: KeyboardEvent<HTMLInputElement>) => void {
  const connection = useCurrentConnection()
  const { packages } = useCatalog(connection?.id)
  const standingsOf = useStandingsOf()
  const mac = useHost(({ facts }) => facts.platform === 'mac')
  return (event) => {
    if (event.key !== 'Enter' || !(mac ? event.metaKey : event.ctrlKey)) return
    const selected = document.querySelector<HTMLElement>('.palette-content [data-entry][data-selected]')
    const entry = selected?.dataset.entry
    const other = elsewhereOf(entry)
    const each = other?.package ?? packages.find(({ name }) => packageKey(name) === entry)
    if (each === undefined) return
    event.preventDefault()
    event.stopPropagation()
    palette.close()
    const connectionId = other?.connectionId ?? connection?.id
    installPackage(connectionId, each, standingsOf(connectionId)(each))
  }
}

/** What fits the text; mounted only while the palette is open. */
function Found({ text, onlyActions }: { readonly text: string; readonly onlyActions: boolean }) {
  const connection = useCurrentConnection()
  const { packages, searchTexts } = useCatalog(connection?.id)
  const standingsOf = useStandingsOf()
  const standingOf = standingsOf(connection?.id)
  const rows = useMemo(() => makeRows(packages, [], searchTexts), [packages, searchTexts])
  const found = useMemo(
    () =>
      onlyActions || text === '' ? [] : queryRows(rows, { text, filter: 'all' }, standingOf).slice(0, mostPackages),
    [rows, text, onlyActions, standingOf],
  )
  const elsewhere = useFoundElsewhere(onlyActions ? '' : text)
  const actions = rankActions(useActions(), text)
  const settings = text === '' ? [] : findSettings(text).slice(0, mostSettings)
  const looked = useLookedAt()
  useSpokenSelection()
  const [first] = found
  const subject =
    first?.kind === 'package'
      ? first.package
      : text === '' && !onlyActions
        ? packages.find(({ name }) => name === looked)
        : undefined
  if (found.length + elsewhere.length + actions.length + settings.length === 0) {
    return <Spotlight.Empty>{words.nothing(text)}</Spotlight.Empty>
  }
  const isNamed = first?.kind === 'package' && scoreOfAction(first.package, text) >= 2
  const actionsFirst = !isNamed && actions[0] !== undefined && scoreOfAction(actions[0], text) >= 2
  const ofPackages = (
    <>
      {found.length > 0 && <FoundPackages found={found} standingOf={standingOf} text={text} />}
      {subject !== undefined && (
        <PackageActions connectionId={connection?.id} package={subject} standing={standingOf(subject)} />
      )}
      {elsewhere.length > 0 && <FoundElsewhere found={elsewhere} standingsOf={standingsOf} text={text} />}
    </>
  )
  return (
    <>
      {!actionsFirst && ofPackages}
      {actions.length > 0 && (
        <Spotlight.ActionsGroup role="group" aria-label={words.actions} label={words.actions}>
          {actions.map(({ id, title, icon, keys, run }) => (
            <Entry key={id} id={id} glyph={<Icon of={icon} />} title={title} keys={keys} text={text} onRun={run} />
          ))}
        </Spotlight.ActionsGroup>
      )}
      {actionsFirst && ofPackages}
      {settings.length > 0 && (
        <Spotlight.ActionsGroup role="group" aria-label={words.settings} label={words.settings}>
          {settings.map((setting) => (
            <Entry
              key={setting.id}
              id={`setting-${setting.id}`}
              glyph={<Icon of={IconSettings} />}
              title={setting.title}
              end={setting.sectionTitle}
              text={text}
              onRun={() => goToSetting(setting)}
            />
          ))}
        </Spotlight.ActionsGroup>
      )}
    </>
  )
}

/** Name of the package that is being looked at: its page's, or the selected one of Browse. */
function useLookedAt(): string | undefined {
  const place = usePlace()
  const selectedKey = useBrowseView((view) => view.selectedKey)
  if (place.page === 'package') return place.name
  return place.page === 'browse' ? selectedKey?.replace(packageKey(''), '') : undefined
}
