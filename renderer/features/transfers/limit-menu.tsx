import { Menu } from '@mantine/core'
import { IconCheck, IconChevronDown, IconDownload } from '@tabler/icons-react'
import { goTo } from '../../state/navigation.ts'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { transfersText } from '../../text/transfers.ts'
import { formatSpeed } from '../../text/units.ts'
import { Icon } from '../../ui/icon.tsx'

const text = transfersText.limit
const megabyte = 1_000_000
/** 0: none */
const choices = [0, 1, 5, 20, 50].map((megabytes) => megabytes * megabyte)

/** How fast a transfer may be, in both directions; one for each, and any other number, is in Settings. */
export function LimitMenu({ run }: { readonly run: (work: () => Promise<unknown>) => void }) {
  const settings = useSettings((state) => state.settings)
  const download = settings.downloadLimitBytesPerSecond ?? 0
  const upload = settings.uploadLimitBytesPerSecond ?? 0
  const choose = (limit: number) =>
    run(() => changeSettings({ downloadLimitBytesPerSecond: limit, uploadLimitBytesPerSecond: limit }))
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <button type="button" className="chip">
          <Icon of={IconDownload} size={14} />
          {text.chip(download, upload)}
          <Icon of={IconChevronDown} size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text.label}</Menu.Label>
        {choices.map((limit) => {
          const isChosen = limit === download && limit === upload
          return (
            <Menu.Item
              key={limit}
              aria-current={isChosen ? 'true' : undefined}
              rightSection={isChosen ? <Icon of={IconCheck} size={14} /> : undefined}
              onClick={() => choose(limit)}
            >
              {limit === 0 ? text.none : formatSpeed(limit)}
            </Menu.Item>
          )
        })}
        <Menu.Divider />
        <Menu.Item onClick={() => goTo({ page: 'settings', section: 'network' })}>{text.other}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
