import { Menu } from '@mantine/core'
import {
  IconArrowsDownUp,
  IconCheck,
  IconCloud,
  IconListDetails,
  IconPackageExport,
  IconPackages,
  IconPlus,
  IconSelector,
  IconSettings,
  type Icon as TablerIcon,
} from '@tabler/icons-react'
import type { Connection } from '../../shared/model/connection.ts'
import { showConnection, useConnections, useCurrentConnection } from '../state/connections.ts'
import { allInstalled, useDefaultLibrary, useDiskUsage, useInstalled } from '../state/installed.ts'
import { goTo, type PageName, usePlace } from '../state/navigation.ts'
import { useCatalog } from '../state/packages.ts'
import { useRunningCount } from '../state/transfers.ts'
import { connectionKind } from '../text/connections.ts'
import { shellText } from '../text/shell.ts'
import { formatCount, formatSize } from '../text/units.ts'
import { connectionIcon } from '../ui/connection-icon.ts'
import { Icon } from '../ui/icon.tsx'
import { Meter } from '../ui/progress-bar.tsx'
import { Mark } from '../ui/ring.tsx'

const text = shellText.sidebar

export function Sidebar() {
  const connection = useCurrentConnection()
  const { packages, incoming: packageCount = packages.length } = useCatalog(connection?.id)
  const installedCount = useInstalled((state) => new Set(allInstalled(state).map(({ ref }) => ref.name)).size)
  const running = useRunningCount()
  return (
    <nav className="sidebar" aria-label={text.label} data-pane="sidebar">
      <div className="drag">
        <Mark />
        <span className="wordmark">Orbital</span>
      </div>
      <Switcher connection={connection} />
      <div className="nav">
        <NavItem page="browse" icon={IconListDetails} title={shellText.pages.browse} count={packageCount} />
        <NavItem page="publish" icon={IconPackageExport} title={shellText.pages.publish} />
        <NavItem page="installed" icon={IconPackages} title={shellText.pages.installed} count={installedCount} />
        <NavItem page="transfers" icon={IconArrowsDownUp} title={shellText.pages.transfers} running={running} />
        <NavItem page="settings" icon={IconSettings} title={shellText.pages.settings} />
      </div>
      <DiskCard />
      <div id="sidebar-menu-layer" />
    </nav>
  )
}

interface NavItemProps {
  readonly page: PageName
  readonly icon: TablerIcon
  readonly title: string
  readonly count?: number
  readonly running?: number
}

function NavItem({ page, icon, title, count = 0, running = 0 }: NavItemProps) {
  const place = usePlace()
  const current = place.page === page || (page === 'browse' && place.page === 'package')
  return (
    <button type="button" aria-current={current ? 'page' : undefined} title={title} onClick={() => goTo({ page })}>
      <Icon of={icon} size={18} />
      <span>{title}</span>
      {count > 0 && <span className="count">{formatCount(count)}</span>}
      {running > 0 && (
        <span className="count hot">
          {running}
          <span className="unit"> {text.running}</span>
        </span>
      )}
    </button>
  )
}

function Switcher({ connection }: { readonly connection: Connection | undefined }) {
  const list = useConnections((state) => state.list)
  return (
    // The page's own layer goes when another page comes; the sidebar stays.
    <Menu position="bottom-start" width={264} portalProps={{ target: '#sidebar-menu-layer' }}>
      <Menu.Target>
        <button type="button" className="switcher" title={text.switchConnection}>
          <span className="tile">
            <Icon of={connection === undefined ? IconCloud : connectionIcon(connection)} />
          </span>
          <span className="switcher-text">
            <span className="line1 strong">{connection?.name ?? ''}</span>
            <span className="line2">{connection === undefined ? '' : connectionKind(connection)}</span>
          </span>
          <Icon of={IconSelector} className="t3" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text.packagesOf}</Menu.Label>
        {list.map((each) => (
          <Menu.Item
            key={each.id}
            leftSection={<Icon of={connectionIcon(each)} />}
            rightSection={each.id === connection?.id ? <Icon of={IconCheck} /> : undefined}
            aria-current={each.id === connection?.id ? 'true' : undefined}
            onClick={() => {
              showConnection(each.id)
              goTo({ page: 'browse' })
            }}
          >
            <span className="line1">{each.name}</span>
            <span className="line2">{connectionKind(each)}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon of={IconPlus} />}
          onClick={() => goTo({ page: 'settings', section: 'connections', item: 'new' })}
        >
          {text.addConnection}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function DiskCard() {
  const library = useDefaultLibrary()
  const usage = useDiskUsage(library?.id)
  if (library === undefined || usage === undefined) return null
  const { totalBytes, freeBytes } = usage.volume
  const ours =
    usage.packages.reduce((sum, { freedBytes }) => sum + freedBytes, 0) +
    usage.cacheBytes +
    usage.unfinishedBytes +
    usage.trashBytes +
    usage.ownBytes
  const others = Math.max(0, totalBytes - freeBytes - ours)
  const empty = usage.packages.length === 0
  const label = text.disk(ours, totalBytes, others, freeBytes)
  return (
    <div className="side-foot">
      <button type="button" className="side-card small" title={label} onClick={() => goTo({ page: 'installed' })}>
        <span className="row">
          <span className="strong cut">{library.name}</span>
          <span className="t3 num">
            {formatSize(freeBytes)}
            <span className="wide-only"> {text.free}</span>
          </span>
        </span>
        <Meter
          label={label}
          parts={[
            { key: 'ours', share: ours / totalBytes },
            { key: 'others', share: others / totalBytes, look: 'rest' },
          ]}
        />
        <span className="t3 num wide-only">{empty ? text.nothing : text.used(ours, totalBytes)}</span>
      </button>
    </div>
  )
}
