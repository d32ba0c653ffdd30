import { Menu } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconChevronDown, IconRefresh, IconSearch, IconTag, IconX } from '@tabler/icons-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { toSearchQuery } from '../../../shared/model/search.ts'
import { EnvironmentNotice } from '../../shell/environment-notice.tsx'
import { copyPath, hasSelectedText } from '../../shell/reveal-path.ts'
import { useCurrentConnection } from '../../state/connections.ts'
import { goTo } from '../../state/navigation.ts'
import { type Catalog, fetchCatalog, isOffline, useCatalog } from '../../state/packages.ts'
import { useSettings } from '../../state/settings.ts'
import { browseText as text } from '../../text/browse.ts'
import { shortErrorOf } from '../../text/error-view.ts'
import { formatAge, formatCount } from '../../text/units.ts'
import { BoneLines, BoneRows } from '../../ui/bones.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Foot } from '../../ui/foot.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Inspector } from '../../ui/inspector.tsx'
import { type Column, List, type ListHandle } from '../../ui/list.tsx'
import { Message } from '../../ui/message.tsx'
import { Page } from '../../ui/page.tsx'
import { type RowCommand, rowCommandOf } from '../../ui/row-keys.ts'
import { useEscape } from '../../ui/use-escape.ts'
import { useBrowseView } from './browse-view.ts'
import { installPackage, openFolder } from './package-actions.ts'
import { PackageInspector, UnreadableInspector } from './package-inspector.tsx'
import { PackageRow, UnreadableRow } from './package-row.tsx'
import { type BrowseSort, newestFirst } from './row-order.ts'
import { type BrowseFilter, type BrowseRow, countKinds, countRows, countTags, makeRows, queryRows } from './rows.ts'
import { useChosenRows } from './use-chosen-rows.tsx'
import { useReadyList } from './use-ready-list.ts'
import { useStandings } from './use-standings.ts'
import { Welcome } from './welcome.tsx'

const columns: readonly Column<BrowseSort>[] = [
  { key: 'name', title: text.columns.package, sort: 'name' },
  { key: 'version', title: text.columns.version, className: 'c-version' },
  { key: 'size', title: text.columns.size, sort: 'size', className: 'end c-size' },
  { key: 'published', title: text.columns.published, sort: 'published', className: 'c-when' },
  { key: 'state', title: text.columns.state, sort: 'state', className: 'status-cell' },
]

const selectKey = (selectedKey: string) => useBrowseView.setState({ selectedKey })
const cells = columns.slice(1).map(({ className }) => className)

const keyOfRow = (row: BrowseRow): string => row.key

const filters: readonly BrowseFilter[] = ['all', 'for-my-apps', 'installed', 'updates']

/** Packages of the connection: find one, see what it is to this computer, install it. */
export function BrowsePage() {
  const connection = useCurrentConnection()
  const catalog = useCatalog(connection?.id)
  const now = useListClock(catalog.refreshedAt)
  const view = useBrowseView()
  const standingOf = useStandings()
  // There is no room for the inspector then.
  const narrow = useMediaQuery('(max-width: 1080px)', undefined, { getInitialValueInEffect: false }) ?? false
  const singleKeys = useSettings(({ settings }) => settings.singleKeys)
  const list = useRef<ListHandle>(null)
  const query = useDeferredValue(view.text)

  const listed = useReadyList(connection?.id, catalog, standingOf, view.sort ?? newestFirst)
  const rows = makeRows(listed.packages, listed.unreadable, listed.searchTexts)
  const counts = countRows(rows, standingOf)
  const tags = countTags(listed.packages)
  const isQuery = view.text !== '' || view.filter !== 'all' || view.tag !== undefined
  // The newest are here, in their order: whatever else is asked for has to wait.
  const waits = listed.incoming !== undefined && (isQuery || view.sort !== undefined)
  const shown = useMemo(
    () =>
      waits ? [] : queryRows(rows, { text: query, filter: view.filter, tag: view.tag, sort: view.sort }, standingOf),
    [waits, rows, query, view.filter, view.tag, view.sort, standingOf],
  )
  const words = useMemo(() => toSearchQuery(query).words, [query])
  const foot = useMemo(() => countKinds(shown), [shown])
  const selected = useMemo(
    () => shown.find(({ key }) => key === view.selectedKey) ?? shown[0],
    [shown, view.selectedKey],
  )
  const many = useChosenRows(shown, selected?.key, { connectionId: connection?.id, standingOf, onLead: selectKey })
  const isLoading = catalog.load.kind === 'loading'
  const isPractice = connection?.origin === 'built-in'
  const welcomes = isPractice && !isQuery && catalog.load.kind === 'ready' && rows.length <= 1
  const sorted = view.sort ?? (query === '' ? newestFirst : undefined)

  const open = (row: BrowseRow) => {
    if (row.kind === 'package') goTo({ page: 'package', name: row.package.name, tab: 'overview' })
  }
  const install = (row: BrowseRow | undefined) => {
    if (row?.kind !== 'package') return false
    const standing = standingOf(row.package)
    if (standing.kind !== 'installed') installPackage(connection?.id, row.package, standing)
    return true
  }
  const act = (command: RowCommand | undefined, row: BrowseRow | undefined): boolean => {
    if (command === 'inspect') {
      useBrowseView.setState((state) => ({ inspectorOpen: !state.inspectorOpen }))
      return true
    }
    if (many.chosen !== undefined) return command === 'install' && many.install()
    if (row?.kind !== 'package') return false
    const standing = standingOf(row.package)
    const [here] = standing.installed
    switch (command) {
      case 'install':
        return install(row)
      case 'update':
        return standing.kind === 'update' && install(row)
      case 'open-folder':
        if (here !== undefined) void openFolder(standing)
        return here !== undefined
      case 'copy-path':
        if (here === undefined || hasSelectedText()) return false
        void copyPath(here.path)
        return true
      default:
        return false
    }
  }
  const sortBy = (by: BrowseSort) => {
    const descending = sorted?.by === by ? !sorted.descending : by === 'size' || by === 'published'
    useBrowseView.setState({ sort: { by, descending } })
  }
  const clear = () => useBrowseView.setState({ text: '', filter: 'all', tag: undefined, sort: undefined })
  useEscape(() => {
    const [step] = [
      view.text !== '' && { text: '' },
      view.tag !== undefined && { tag: undefined },
      view.filter !== 'all' && { filter: 'all' as const },
    ].filter((each) => each !== false)
    if (step !== undefined) useBrowseView.setState(step)
    return step !== undefined
  })
  const refresh = () => connection !== undefined && void fetchCatalog(connection.id, { refresh: true })

  const body = () => {
    if (catalog.load.kind === 'failed' && rows.length === 0) {
      return (
        <div className="error-page">
          <ErrorPanel
            error={catalog.load.error}
            context={connection?.name}
            title={text.failed}
            actions={
              <>
                <Button variant="primary" icon={IconRefresh} onClick={refresh}>
                  {text.tryAgain}
                </Button>
                {connection?.origin === 'person' && (
                  <Button onClick={() => goTo({ page: 'settings', section: 'connections', item: connection.id })}>
                    {text.openConnection}
                  </Button>
                )}
              </>
            }
          />
        </div>
      )
    }
    return (
      <section className="main">
        <EnvironmentNotice brief />
        {!welcomes && (
          <div className="filters" role="toolbar" aria-label={text.filtersLabel}>
            {filters.map((filter) => (
              <button
                type="button"
                key={filter}
                className="chip"
                aria-pressed={view.filter === filter}
                onClick={() => useBrowseView.setState({ filter })}
              >
                {text.filters[filter]}
                {!isLoading && listed.incoming === undefined && (
                  <span className="n">{formatCount(counts[filter])}</span>
                )}
              </button>
            ))}
            {tags.length > 0 && <span className="divider-v" />}
            {tags.length > 0 && <TagChip tags={tags} tag={view.tag} />}
          </div>
        )}
        {catalog.load.kind === 'failed' && (
          <div className="strip">
            <Message
              kind="warn"
              title={shortErrorOf(catalog.load.error)}
              action={
                <Button small onClick={refresh}>
                  {text.tryAgain}
                </Button>
              }
            >
              {text.stale(catalog.refreshedAt === undefined ? undefined : formatAge(catalog.refreshedAt, now))}
            </Message>
          </div>
        )}
        {!(welcomes && rows.length === 0) && (
          <List
            handle={list}
            label={text.listLabel}
            items={shown}
            keyOf={keyOfRow}
            columnsClass={welcomes ? 'cols-browse is-short' : 'cols-browse'}
            columns={columns}
            sorted={sorted}
            onSort={sortBy}
            selectedKey={selected?.key}
            onSelect={(row) => selectKey(row.key)}
            selection={many.selection}
            onOpen={open}
            onKey={(event, row) => act(rowCommandOf(event, singleKeys), row)}
            rowClassOf={(row) =>
              row.kind === 'unreadable' || standingOf(row.package).kind === 'not-compatible' ? 'dim' : undefined
            }
            renderRow={(row, rowId) =>
              row.kind === 'package' ? (
                <PackageRow
                  rowId={rowId}
                  connectionId={connection?.id}
                  package={row.package}
                  standing={standingOf(row.package)}
                  words={words}
                />
              ) : (
                <UnreadableRow rowId={rowId} entry={row.entry} />
              )
            }
            empty={
              catalog.load.kind === 'loading' ? (
                <BoneRows columns="cols-browse" cells={cells} />
              ) : isQuery ? (
                <NothingFound query={view.text} onClear={clear} />
              ) : (
                <EmptyStore />
              )
            }
          />
        )}
        {!welcomes && (narrow || !view.inspectorOpen) && many.bar}
        {welcomes ? (
          <Welcome
            sample={rows[0]?.kind === 'package' ? rows[0].package : undefined}
            standingOf={standingOf}
            connectionId={connection?.id}
          />
        ) : (
          <Foot
            hints={
              shown.length === 0
                ? []
                : [
                    { keys: ['↑', '↓'], does: text.hints.move },
                    { keys: ['↵'], does: text.hints.open },
                    ...(singleKeys ? [{ keys: ['I'], does: text.hints.install }] : []),
                    ...(narrow
                      ? []
                      : [
                          {
                            keys: ['Space'],
                            does: view.inspectorOpen ? text.hints.hideDetails : text.hints.showDetails,
                          },
                        ]),
                  ]
            }
          >
            {many.chosen !== undefined
              ? many.chosen.title
              : listed.incoming !== undefined
                ? text.incoming(listed.incoming)
                : isLoading
                  ? text.loading
                  : isQuery
                    ? text.countOf(formatCount(foot.packages), counts.all, foot.unreadable)
                    : text.count(foot.packages, foot.unreadable)}
          </Foot>
        )}
      </section>
    )
  }

  return (
    <Page
      label={text.title}
      bar={
        <>
          <h1>{text.title}</h1>
          <search className="search search-browse">
            <Icon of={IconSearch} />
            <input
              type="search"
              aria-label={text.search.label}
              placeholder={text.search.placeholder(counts.all > 1 ? formatCount(counts.all) : '')}
              value={view.text}
              onChange={(event) => useBrowseView.setState({ text: event.currentTarget.value })}
              onKeyDown={(event) => {
                if (event.key === 'Escape' && view.text !== '') {
                  event.preventDefault()
                  useBrowseView.setState({ text: '' })
                } else if (event.key === 'ArrowDown' || event.key === 'Enter' || event.key === 'Escape') {
                  event.preventDefault()
                  list.current?.focus()
                }
              }}
              spellCheck={false}
              autoComplete="off"
            />
            {view.text === '' ? (
              <kbd>/</kbd>
            ) : (
              <IconButton icon={IconX} label={text.search.clear} onClick={() => useBrowseView.setState({ text: '' })} />
            )}
          </search>
          <span className="push" />
          <Age catalog={catalog} now={now} />
          <IconButton icon={IconRefresh} label={text.refresh} onClick={refresh} disabled={catalog.refreshing} />
        </>
      }
    >
      {many.failure}
      <div className="body">
        {body()}
        {isLoading && view.inspectorOpen && !isPractice && (
          <Inspector label={text.title}>
            <BoneLines lines={5} />
          </Inspector>
        )}
        {view.inspectorOpen &&
          !welcomes &&
          selected !== undefined &&
          (many.inspector ??
            (selected.kind === 'package' ? (
              <PackageInspector
                connectionId={connection?.id}
                package={selected.package}
                standing={standingOf(selected.package)}
              />
            ) : (
              <UnreadableInspector entry={selected.entry} onRefresh={refresh} />
            )))}
      </div>
      {many.sheet}
    </Page>
  )
}

function Age({ catalog, now }: { readonly catalog: Catalog; readonly now: number }) {
  const { load, refreshedAt, refreshing } = catalog
  if (refreshing) return <span className="small t3 narrow-hide">{text.checking}</span>
  if (refreshedAt === undefined) return null
  const age = formatAge(refreshedAt, now)
  if (load.kind !== 'failed') return <span className="small t3 narrow-hide num">{text.upToDate(age)}</span>
  return <span className="small t2 num">{isOffline(load.error) ? text.offline(age) : text.listFrom(age)}</span>
}

/** A clock for the age of the list. */
function useListClock(refreshedAt: string | undefined): number {
  const [now, setNow] = useState(() => Date.now())
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer is of now
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [refreshedAt])
  return now
}

function TagChip({ tags, tag }: { readonly tags: readonly (readonly [string, number])[]; readonly tag?: string }) {
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <button type="button" className="chip" aria-pressed={tag !== undefined} aria-label={text.tag.label(tag)}>
          <Icon of={IconTag} size={14} />
          {tag ?? text.tag.chip}
          <Icon of={IconChevronDown} size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown className="menu-scroll">
        <Menu.Item onClick={() => useBrowseView.setState({ tag: undefined })}>{text.tag.every}</Menu.Item>
        <Menu.Divider />
        {tags.slice(0, 100).map(([each, count]) => (
          <Menu.Item
            key={each}
            aria-current={each === tag ? 'true' : undefined}
            rightSection={<span className="small t3 num">{formatCount(count)}</span>}
            onClick={() => useBrowseView.setState({ tag: each })}
          >
            {each}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

const NothingFound = ({ query, onClear }: { readonly query: string; readonly onClear: () => void }) => (
  <EmptyState
    title={query === '' ? text.nothing.filters : text.nothing.text(query)}
    action={<Button onClick={onClear}>{text.nothing.showAll}</Button>}
  >
    {text.nothing.searched}
  </EmptyState>
)

const EmptyStore = () => (
  <EmptyState
    title={text.empty.title}
    action={
      <Button variant="primary" onClick={() => goTo({ page: 'publish' })}>
        {text.empty.action}
      </Button>
    }
  >
    {text.empty.text}
  </EmptyState>
)
