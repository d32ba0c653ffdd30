import { Menu } from '@mantine/core'
import { IconCheck, IconChevronDown, IconFolder } from '@tabler/icons-react'
import { useState } from 'react'
import type { Library } from '../../../shared/model/settings.ts'
import { isolate } from '../../../shared/text/isolate.ts'
import { goTo } from '../../state/navigation.ts'
import { installedText as text } from '../../text/installed.ts'
import { moveLibraryText } from '../../text/move-library.ts'
import { Icon } from '../../ui/icon.tsx'
import { MoveLibrarySheet } from '../settings/move-library-sheet.tsx'

interface LibrarySwitcherProps {
  readonly library: Library
  readonly libraries: readonly Library[]
  readonly onChoose: (id: string) => void
}

/** Which library the page shows. */
export function LibrarySwitcher({ library, libraries, onChoose }: LibrarySwitcherProps) {
  const [moving, setMoving] = useState(false)
  return (
    <>
      <Menu position="bottom-start" width={280}>
        <Menu.Target>
          <button type="button" className="chip" aria-label={`${text.library}: ${isolate(library.name)}`}>
            <Icon of={IconFolder} size={14} />
            {library.name}
            <Icon of={IconChevronDown} size={14} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {libraries.map(({ id, name, path }) => (
            <Menu.Item
              key={id}
              onClick={() => onChoose(id)}
              rightSection={id === library.id ? <Icon of={IconCheck} size={14} /> : undefined}
            >
              <span className="line1">{name}</span>
              <span className="line2" title={path}>
                {path}
              </span>
            </Menu.Item>
          ))}
          <Menu.Divider />
          {library.available && <Menu.Item onClick={() => setMoving(true)}>{moveLibraryText.action}</Menu.Item>}
          <Menu.Item onClick={() => goTo({ page: 'settings', section: 'libraries' })}>{text.addLibrary}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {moving && <MoveLibrarySheet library={library} onClose={() => setMoving(false)} />}
    </>
  )
}
