import { Menu } from '@mantine/core'
import { IconChevronDown, IconDownload, IconFolderOpen } from '@tabler/icons-react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { goTo } from '../../state/navigation.ts'
import { isReadable, type Standing } from '../../state/package-standing.ts'
import { useInstallOf } from '../../state/transfers.ts'
import { browseText } from '../../text/browse.ts'
import { formatSize } from '../../text/units.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { installPackage, openFolder } from './package-actions.ts'

const text = browseText.action

interface PrimaryActionProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
}

/** The one action of the screen for a package, with the other versions beside it. */
export function PrimaryAction({ connectionId, package: each, standing }: PrimaryActionProps) {
  const transferId = useInstallOf(each.name)
  const { kind, offered } = standing
  const others = each.versions.filter(isReadable).slice(0, 12)
  if (transferId !== undefined) {
    return <Button onClick={() => goTo({ page: 'transfers', transferId })}>{text.showTransfer}</Button>
  }
  if (offered === undefined) return null
  const isInstalled = kind === 'installed'
  return (
    <div className="split">
      {isInstalled ? (
        <Button variant="primary" icon={IconFolderOpen} onClick={() => openFolder(standing)}>
          {text.openFolder}
        </Button>
      ) : (
        <Button variant="primary" icon={IconDownload} onClick={() => installPackage(connectionId, each, standing)}>
          {kind === 'update'
            ? text.updateTo(offered.version)
            : kind === 'not-compatible'
              ? text.installAnyway
              : text.install(offered.version)}
        </Button>
      )}
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <button type="button" className="btn primary" aria-label={text.others} title={text.others}>
            <Icon of={IconChevronDown} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{text.installVersion}</Menu.Label>
          {others.map((version) => (
            <Menu.Item
              key={version.version}
              rightSection={<span className="small t3 num">{formatSize(version.diskBytes ?? 0)}</span>}
              onClick={() => installPackage(connectionId, each, standing, version)}
            >
              <span className="num">{version.version}</span>
              {standing.installed.some(({ ref }) => ref.version === version.version) && (
                <span className="small t3"> {text.installed}</span>
              )}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => goTo({ page: 'package', name: each.name, tab: 'versions' })}>
            {text.allVersions}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
