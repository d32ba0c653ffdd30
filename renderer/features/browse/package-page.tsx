import { IconArrowLeft, IconChevronRight } from '@tabler/icons-react'
import { useEffect } from 'react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { useCurrentConnection } from '../../state/connections.ts'
import { goTo, type PackageTab } from '../../state/navigation.ts'
import { newestOf } from '../../state/package-standing.ts'
import { fetchCatalog, useCatalog } from '../../state/packages.ts'
import { browseText as text } from '../../text/browse.ts'
import { formatCount, formatExactTime, formatWhen } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useEscape } from '../../ui/use-escape.ts'
import { useMinute } from '../../ui/use-minute.ts'
import { useBrowseView } from './browse-view.ts'
import { ListFailed } from './browse-without.tsx'
import { CopyLinkButton } from './copy-link-button.tsx'
import { FilesTab } from './files-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { PrimaryAction } from './primary-action.tsx'
import { packageKey } from './rows.ts'
import { StandingGlyph, StandingLine } from './standing-label.tsx'
import { useStandings } from './use-standings.ts'
import { UseTab } from './use-tab.tsx'
import { VersionsTab } from './versions-tab.tsx'

interface PackagePageProps {
  readonly name: string
  readonly tab: PackageTab
  /** The version whose files are shown; the offered one when absent. */
  readonly version?: string
}

/** One package in full. */
export function PackagePage({ name, tab, version }: PackagePageProps) {
  const connection = useCurrentConnection()
  const catalog = useCatalog(connection?.id)
  const each = catalog.packages.find((found) => found.name === name)
  const back = () => goTo({ page: 'browse' })

  useEffect(() => useBrowseView.setState({ selectedKey: packageKey(name) }), [name])
  useEscape(() => {
    back()
    return true
  })

  return (
    <Page
      label={each?.title ?? name}
      bar={
        <>
          <IconButton icon={IconArrowLeft} label={text.page.back} onClick={back} />
          <span className="crumb">
            <button type="button" onClick={back}>
              {text.title}
            </button>
            <Icon of={IconChevronRight} size={12} className="t3" />
            <b className="cut" dir="auto">
              {each?.title ?? name}
            </b>
          </span>
          <span className="push" />
          {connection !== undefined && each !== undefined && (
            <CopyLinkButton connection={connection} package={each} version={version} />
          )}
        </>
      }
    >
      {each !== undefined ? (
        <Content connectionId={connection?.id} package={each} tab={tab} version={version} />
      ) : catalog.load.kind === 'loading' || catalog.refreshing ? (
        <div className="hero">
          <BoneLines />
        </div>
      ) : catalog.load.kind === 'failed' ? (
        <ListFailed
          error={catalog.load.error}
          connection={connection}
          onRefresh={() => connection && void fetchCatalog(connection.id, { refresh: true })}
        />
      ) : (
        <EmptyState title={text.page.notHere(name)} action={<Button onClick={back}>{text.nothing.showAll}</Button>}>
          {text.page.noneOfThisName(connection?.name)}
        </EmptyState>
      )}
    </Page>
  )
}

interface ContentProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly tab: PackageTab
  readonly version?: string
}

function Content({ connectionId, package: each, tab, version: wanted }: ContentProps) {
  useMinute()
  const standingOf = useStandings()
  const standing = standingOf(each)
  const newest = newestOf(each)
  const shown = each.versions.find(({ version }) => version === wanted) ?? standing.offered ?? newest
  const tabs: readonly (readonly [PackageTab, number | undefined])[] = [
    ['overview', undefined],
    ['versions', each.versions.length],
    ['files', shown?.fileCount],
    ['use', undefined],
  ]
  const show = (next: PackageTab) =>
    goTo({ page: 'package', name: each.name, tab: next, version: wanted }, { replace: true })
  const panel = () => {
    if (shown === undefined) return null
    switch (tab) {
      case 'overview':
        return <OverviewTab connectionId={connectionId} package={each} standing={standing} version={shown} />
      case 'versions':
        return <VersionsTab connectionId={connectionId} package={each} standing={standing} />
      case 'files':
        return <FilesTab key={shown.version} connectionId={connectionId} name={each.name} version={shown} />
      case 'use':
        return <UseTab connectionId={connectionId} package={each} standing={standing} version={shown} />
    }
  }
  return (
    <>
      <div className="hero">
        <div className="hero-text">
          <h1 dir="auto">{each.title}</h1>
          {each.description !== '' && (
            <p className="t2 prose-break" dir="auto">
              {each.description}
            </p>
          )}
          <div className="row small t3 num hero-facts">
            <span className="row hero-state">
              <StandingGlyph package={each} standing={standing} size={16} />
              <StandingLine package={each} standing={standing} />
            </span>
            <code className="selectable">{each.name}</code>
            {shown !== undefined && shown !== (standing.offered ?? newest) && (
              <Tag>{text.page.shownVersion(shown.version)}</Tag>
            )}
            {newest?.publishedAt !== undefined && (
              <span title={formatExactTime(newest.publishedAt)}>
                {text.page.published(formatWhen(newest.publishedAt), newest.publishedBy)}
              </span>
            )}
          </div>
        </div>
        <div className="actions">
          <PrimaryAction connectionId={connectionId} package={each} standing={standing} />
        </div>
      </div>
      <div
        className="tabs"
        role="tablist"
        aria-label={text.page.tabsLabel}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
          const at = tabs.findIndex(([key]) => key === tab)
          const next = tabs[(at + step + tabs.length) % tabs.length]
          if (step === 0 || next === undefined) return
          event.preventDefault()
          show(next[0])
          document.getElementById(`tab-${next[0]}`)?.focus()
        }}
      >
        {tabs.map(([key, count]) => (
          <button
            type="button"
            key={key}
            id={`tab-${key}`}
            role="tab"
            aria-selected={key === tab}
            aria-controls="package-panel"
            tabIndex={key === tab ? 0 : -1}
            onClick={() => show(key)}
          >
            {text.page.tabs[key]}
            {count !== undefined && <span className="n">{formatCount(count)}</span>}
          </button>
        ))}
      </div>
      <div className="body" id="package-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {panel()}
      </div>
    </>
  )
}
