import { Menu } from '@mantine/core'
import {
  IconArrowUp,
  IconChecks,
  IconCopy,
  IconDots,
  IconFileExport,
  IconFolder,
  IconListDetails,
  IconPin,
  IconPinnedOff,
  IconTool,
  IconTrash,
} from '@tabler/icons-react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { installedText as text } from '../../text/installed.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useFocusHandover } from '../../ui/use-focus-handover.ts'
import { askUpdate, copyPathOf, openFolder, type Update } from './installed-actions.ts'

interface VersionMenuProps {
  readonly version: InstalledVersion
  /** Bytes that removing it (or all that `onRemove` asks about) frees. */
  readonly bytes: number
  readonly update?: Update
  readonly isKept: boolean
  /** Removing asks first which versions. */
  readonly asksWhich?: boolean
  readonly run: (work: () => Promise<unknown>) => void
  readonly onVerify: () => void
  readonly onRepair: () => void
  readonly onSave: () => void
  readonly onKeep: (kept: boolean) => void
  readonly onRemove: () => void
  readonly onDetails?: () => void
  /** It must lie in the sheet then: nothing outside of one can be used. */
  readonly inSheet?: boolean
}

/** Everything that may be done with an installed version; Remove is last, and says what it frees. */
export function VersionMenu(props: VersionMenuProps) {
  const { version, bytes, update, isKept, asksWhich = false, run } = props
  const words = text.actions
  // Its version goes with Remove.
  const button = useFocusHandover<HTMLButtonElement>()
  const remove = () => {
    // At once: the menu gives it back only after a moment, when the button may be gone.
    button.current?.focus()
    props.onRemove()
  }
  const isDamaged = (version.damagedFiles?.length ?? 0) > 0
  return (
    <Menu position="bottom-end" width={224} withinPortal={props.inSheet !== true}>
      <Menu.Target>
        <IconButton
          ref={button}
          label={text.more(withVersion(version.title, version.ref.version))}
          icon={IconDots}
          onClick={(event) => event.stopPropagation()}
          onDoubleClick={(event) => event.stopPropagation()}
        />
      </Menu.Target>
      <Menu.Dropdown>
        {update !== undefined && (
          <Menu.Item leftSection={<Icon of={IconArrowUp} />} onClick={() => askUpdate(update)}>
            {words.updateTo(update.version)}
          </Menu.Item>
        )}
        {isDamaged && (
          <Menu.Item leftSection={<Icon of={IconTool} />} onClick={props.onRepair}>
            {words.repair}
          </Menu.Item>
        )}
        {props.onDetails !== undefined && (
          <Menu.Item leftSection={<Icon of={IconListDetails} />} onClick={props.onDetails}>
            {words.details}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon of={IconFolder} />} onClick={() => run(() => openFolder(version))}>
          {words.openFolder}
        </Menu.Item>
        <Menu.Item leftSection={<Icon of={IconCopy} />} onClick={() => run(() => copyPathOf(version))}>
          {words.copyPath}
        </Menu.Item>
        <Menu.Item leftSection={<Icon of={IconChecks} />} onClick={props.onVerify}>
          {words.verify}
        </Menu.Item>
        <Menu.Item leftSection={<Icon of={IconFileExport} />} onClick={props.onSave}>
          {words.saveAsFile}
        </Menu.Item>
        <Menu.Item leftSection={<Icon of={isKept ? IconPinnedOff : IconPin} />} onClick={() => props.onKeep(!isKept)}>
          {isKept ? words.unkeep : words.keep}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item data-danger leftSection={<Icon of={IconTrash} />} onClick={remove}>
          {asksWhich ? words.removeSome : words.remove(bytes)}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
