import { IconCertificate, IconFileZip, IconFolder } from '@tabler/icons-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { indexAfter, moveOfKey } from '../ui/list-keys.ts'
import { VirtualBlock } from '../ui/virtual-block.tsx'

export interface FolderEntry {
  readonly name: string
  readonly path: string
  readonly kind: 'folder' | 'sputnik' | 'file'
}

interface FolderListProps {
  readonly label: string
  readonly entries: readonly FolderEntry[]
  /** Path of the entry that is chosen. */
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
  /** Enter, or a double click; of a folder also the arrow into it. */
  readonly onOpen: (entry: FolderEntry) => void
  /** The arrow out of the folder. */
  readonly onAbove: () => void
  /** In place of entries; absent while the folder is still being read. Drawn by the style: a listbox may hold nothing but options. */
  readonly empty?: string
}

const icons = { folder: IconFolder, sputnik: IconFileZip, file: IconCertificate } as const
/** px, as in the style of the picker */
const rowHeight = 32

/** What is in a folder. One stop of Tab, which keeps the focus from folder to folder. */
export function FolderList({ label, entries, chosen, onChoose, onOpen, onAbove, empty }: FolderListProps) {
  const id = useId()
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const index = entries.findIndex(({ path }) => path === chosen)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const entry = entries[index]
    const move = moveOfKey(event.key)
    if (move !== undefined) {
      const rowsPerPage = Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / rowHeight))
      const next = entries[indexAfter(move, index, entries.length, rowsPerPage)]
      if (next !== undefined) onChoose(next.path)
    } else if (event.key === 'ArrowLeft') onAbove()
    else if (entry !== undefined && (event.key === 'Enter' || (event.key === 'ArrowRight' && entry.kind === 'folder')))
      onOpen(entry)
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={setScroller}
      className="picker-list"
      role="listbox"
      aria-label={label}
      aria-activedescendant={index < 0 ? undefined : `${id}-${index}`}
      aria-description={empty}
      data-empty={empty}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <VirtualBlock
        scroller={scroller}
        items={entries}
        keyOf={({ path }) => path}
        rowHeight={rowHeight}
        activeIndex={index}
        renderRow={(entry, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox handles keys
          // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus
          <div
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === index}
            className="picker-row"
            onClick={() => onChoose(entry.path)}
            onDoubleClick={() => onOpen(entry)}
          >
            <Icon of={icons[entry.kind]} className="t3" />
            <span className="cut">{entry.name}</span>
          </div>
        )}
      />
    </div>
  )
}
