import { Menu } from '@mantine/core'
import { IconDots, IconDownload, IconFileExport, IconFiles, IconRotate2 } from '@tabler/icons-react'
import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { pickSavePath } from '../../shell/pick-save-path.ts'
import { useConnection } from '../../state/connections.ts'
import { goTo } from '../../state/navigation.ts'
import { isReadable, type Standing } from '../../state/package-standing.ts'
import { askWithdraw } from '../../state/withdraw-request.ts'
import { browseText } from '../../text/browse.ts'
import { publishText } from '../../text/publish.ts'
import { withdrawText } from '../../text/withdraw.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { showToast } from '../../ui/toast.tsx'
import { savePublished } from '../installed/care-calls.ts'
import { installPackage } from './package-actions.ts'

const text = browseText.versions

interface PublishedVersionMenuProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly version: VersionSummary
  readonly standing: Standing
  readonly run: (work: () => Promise<unknown>) => void
}

/** Everything that may be done with a published version; what takes it back is last. */
export function PublishedVersionMenu({
  connectionId,
  package: each,
  version,
  standing,
  run,
}: PublishedVersionMenuProps) {
  const connection = useConnection(connectionId)
  const ref = { name: each.name, version: version.version }
  const isPublic = connection?.location.kind === 's3' && connection.location.signIn.kind === 'anonymous'
  const save = async () => {
    const out = await pickSavePath(publishText.bar.saveTitle, `${identOf(ref)}.sputnik`)
    if (out === null) return
    const abort = new AbortController()
    showToast({ text: text.saving(ref.version), action: { label: text.stop, run: () => abort.abort() } })
    const { path } = await savePublished(connectionId, ref, out, abort.signal)
    showToast({ text: publishText.bar.saved(path) })
  }
  return (
    <Menu position="bottom-end" width={224}>
      <Menu.Target>
        <IconButton label={text.more(version.version)} icon={IconDots} />
      </Menu.Target>
      <Menu.Dropdown>
        {isReadable(version) && (
          <>
            <Menu.Item
              leftSection={<Icon of={IconDownload} />}
              onClick={() => installPackage(connectionId, each, standing, version)}
            >
              {text.installMenu}
            </Menu.Item>
            <Menu.Item
              leftSection={<Icon of={IconFiles} />}
              onClick={() =>
                goTo({ page: 'package', name: each.name, tab: 'files', version: version.version }, { replace: true })
              }
            >
              {text.showFiles}
            </Menu.Item>
            <Menu.Item leftSection={<Icon of={IconFileExport} />} onClick={() => run(save)}>
              {publishText.bar.saveAsFile}
            </Menu.Item>
          </>
        )}
        {!isPublic && connectionId !== undefined && (
          <>
            <Menu.Divider />
            <Menu.Item
              data-danger
              leftSection={<Icon of={IconRotate2} />}
              onClick={() =>
                askWithdraw({ connectionId, ref, title: each.title, isOnlyOne: each.versions.length === 1 })
              }
            >
              {withdrawText.menu}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
