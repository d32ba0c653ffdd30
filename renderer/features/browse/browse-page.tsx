import { useMediaQuery } from '@mantine/hooks'
import { useDeferredValue, useMemo, useRef } from 'react'
import { toSearchQuery } from '../../../shared/model/search.ts'
import { EnvironmentNotice } from '../../shell/environment-notice.tsx'
import { copyPath, hasSelectedText } from '../../shell/reveal-path.ts'
import { useCurrentConnection } from '../../state/connections.ts'
import { goTo } from '../../state/navigation.ts'
import { fetchCatalog, useCatalog } from '../../state/packages.ts'
import { useSettings } from '../../state/settings.ts'
import { browseText as text } from '../../text/browse.ts'
import { formatCount } from '../../text/units.ts'
import { BoneLines, BoneRows } from '../../ui/bones.tsx'
import { Inspector } from '../../ui/inspector.tsx'
import { type Column, List, type ListHandle } from '../../ui/list.tsx'
import { Page } from '../../ui/page.tsx'
import { type RowCommand, rowCommandOf } from '../../ui/row-keys.ts'
import { useEscape } from '../../ui/use-escape.ts'
import { BrowseBar, useListClock } from './browse-bar.tsx'
import { BrowseFilters } from './browse-filters.tsx'
import { BrowseFoot } from './browse-foot.tsx'
import { useBrowseView } from './browse-view.ts'
import { EmptyStore, ListFailed, NothingFound, StaleStrip } from './browse-without.tsx'
import { installPackage, openFolder } from './package-actions.ts'
import { PackageInspector, UnreadableInspector } from './package-inspector.tsx'
import { PackageRow, UnreadableRow } from './package-row.tsx'
import { type BrowseSort, newestFirst } from './row-order.ts'
import { type BrowseRow, countKinds, countRows, countTags, makeRows, queryRows } from './rows.ts'
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
  const isLoading = catalog.load.kind === 'loading' || listed.incoming !== undefined
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
    if (catalog.load.kind === 'failed' && rows.length === 0)
      return <ListFailed error={catalog.load.error} connection={connection} onRefresh={refresh} />
    return (
      <section className="main">
        <EnvironmentNotice brief />
        {!welcomes && (
          <BrowseFilters filter={view.filter} tag={view.tag} tags={tags} counts={isLoading ? undefined : counts} />
        )}
        {catalog.load.kind === 'failed' && (
          <StaleStrip error={catalog.load.error} refreshedAt={catalog.refreshedAt} now={now} onRefresh={refresh} />
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
              isLoading ? (
                <BoneRows columns="cols-browse" cells={cells} />
              ) : isQuery ? (
                <NothingFound query={view.text} filter={view.filter} tag={view.tag} onClear={clear} />
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
          <BrowseFoot
            hasRows={shown.length > 0}
            installs={many.chosen?.actions.length !== 0}
            narrow={narrow}
            inspectorOpen={view.inspectorOpen}
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
          </BrowseFoot>
        )}
      </section>
    )
  }

  return (
    <Page
      label={text.title}
      bar={
        <BrowseBar
          text={view.text}
          packageCount={counts.all}
          catalog={catalog}
          now={now}
          onRefresh={refresh}
          onLeave={() => list.current?.focus()}
        />
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
