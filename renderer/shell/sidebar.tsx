import { Menu } from '@mantine/core'
import {
  IconArrowsDownUp,
  IconCheck,
  IconCloud,
  IconDeviceDesktop,
  IconFolder,
  IconListDetails,
  IconPackageExport,
  IconPackages,
  IconPlus,
  IconSelector,
  IconServer,
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
import { formatCount, formatSize } from '../text/units.ts'
import { Icon } from '../ui/icon.tsx'
import { Meter } from '../ui/progress-bar.tsx'
import { Mark } from '../ui/ring.tsx'

export function Sidebar() {
  const connection = useCurrentConnection()
  const packageCount = useCatalog(connection?.id).packages.length
  const installedCount = useInstalled((state) => new Set(allInstalled(state).map(({ ref }) => ref.name)).size)
  const running = useRunningCount()
  return (
    <nav className="sidebar" aria-label="Main" data-pane="sidebar">
      <div className="drag">
        <Mark />
        <span className="wordmark">Orbital</span>
      </div>
      <Switcher connection={connection} />
      <div className="nav">
        <NavItem page="browse" icon={IconListDetails} title="Browse" count={packageCount} />
        <NavItem page="publish" icon={IconPackageExport} title="Publish" />
        <NavItem page="installed" icon={IconPackages} title="Installed" count={installedCount} />
        <NavItem page="transfers" icon={IconArrowsDownUp} title="Transfers" running={running} />
        <NavItem page="settings" icon={IconSettings} title="Settings" />
      </div>
      <DiskCard />
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
          <span className="unit"> running</span>
        </span>
      )}
    </button>
  )
}

export const connectionIcon = ({ location, origin }: Connection): TablerIcon => {
  if (origin === 'built-in') return IconDeviceDesktop
  if (location.kind === 'folder') return IconFolder
  return location.endpoint === undefined ? IconCloud : IconServer
}

function Switcher({ connection }: { readonly connection: Connection | undefined }) {
  const list = useConnections((state) => state.list)
  return (
    <Menu position="bottom-start" width={264}>
      <Menu.Target>
        <button type="button" className="switcher" title="Switch connection">
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
        <Menu.Label>Show packages of</Menu.Label>
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
          Add a connection…
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
  const label = `Orbital uses ${formatSize(ours)} of ${formatSize(totalBytes)}; other files use ${formatSize(others)}; ${formatSize(freeBytes)} are free`
  return (
    <div className="side-foot">
      <button type="button" className="side-card small" title={label} onClick={() => goTo({ page: 'installed' })}>
        <span className="row">
          <span className="strong cut">{library.name}</span>
          <span className="t3 num">
            {formatSize(freeBytes)}
            <span className="wide-only"> free</span>
          </span>
        </span>
        <Meter
          label={label}
          parts={[
            { key: 'ours', share: ours / totalBytes },
            { key: 'others', share: others / totalBytes, look: 'rest' },
          ]}
        />
        <span className="t3 num wide-only">
          {empty ? 'Nothing installed yet' : `${formatSize(ours)} used, of ${formatSize(totalBytes)}`}
        </span>
      </button>
    </div>
  )
}
