import { Checkbox } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBraces,
  IconChevronDown,
  IconChevronRight,
  IconFile,
  IconFileText,
  IconFolder,
  IconFolderOpen,
  IconMarkdown,
  type Icon as TablerIcon,
} from '@tabler/icons-react'
import { type KeyboardEvent, useId, useMemo, useState } from 'react'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import { visibleName } from '../../../shared/text/visible-name.ts'
import { publishText as text } from '../../text/publish.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { indexAfter, moveOfKey } from '../../ui/list-keys.ts'
import { Tag } from '../../ui/tag.tsx'
import { VirtualBlock } from '../../ui/virtual-block.tsx'
import { buildTree, closedAtFirst, rowsOf, type TreeRow } from './file-tree.ts'
import { canPutIn } from './publish-draft.ts'

const rowHeight = 28
const rowsPerPage = 16

interface PublishTreeProps {
  readonly scroller: HTMLElement | null
  readonly files: PublishPlan['files']
  /** Rows have check marks: what is unticked is left out. */
  readonly choosing: boolean
  readonly onLeaveOut: (path: string) => void
}

/** The files to publish, by folder. One stop of Tab; arrows move, left and right close and open, Space ticks while choosing. */
export function PublishTree({ scroller, files, choosing, onLeaveOut }: PublishTreeProps) {
  const id = useId()
  const root = useMemo(() => buildTree(files), [files])
  const [touched, setTouched] = useState<ReadonlySet<string>>()
  const atFirst = useMemo(() => closedAtFirst(root), [root])
  const closed = touched ?? atFirst
  const rows = useMemo(() => rowsOf(root, closed), [root, closed])
  const [activePath, setActivePath] = useState<string>()
  const index = rows.findIndex(({ path }) => path === activePath)
  const active = rows[index]

  const setOpen = (path: string, open: boolean) =>
    setTouched(new Set(open ? [...closed].filter((each) => each !== path) : [...closed, path]))
  const toggle = (row: TreeRow) => {
    if (row.kind === 'folder') setOpen(row.path, !row.isOpen)
  }
  /** The row goes away: the next one that stays is active then. */
  const leaveOutActive = ({ path }: TreeRow) => {
    const next = rows.slice(index + 1).find((row) => !row.path.startsWith(`${path}/`)) ?? rows[index - 1]
    setActivePath(next?.path)
    onLeaveOut(path)
  }
  const goTo = (at: number) => setActivePath(rows[at]?.path)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return
    const move = moveOfKey(event.key)
    if (move !== undefined) goTo(indexAfter(move, index, rows.length, rowsPerPage))
    else if (event.key === 'ArrowRight' && active?.kind === 'folder') {
      if (active.isOpen) goTo(index + 1)
      else setOpen(active.path, true)
    } else if (event.key === 'ArrowLeft' && active !== undefined) {
      if (active.kind === 'folder' && active.isOpen) setOpen(active.path, false)
      else setActivePath(parentOf(active.path) ?? active.path)
    } else if (event.key === 'Enter' && active !== undefined) toggle(active)
    else if (event.key === ' ' && active !== undefined) {
      if (choosing) leaveOutActive(active)
      else toggle(active)
    } else return
    event.preventDefault()
  }

  return (
    <div
      role="tree"
      aria-label={text.treeLabel}
      className="publish-tree"
      tabIndex={0}
      aria-activedescendant={active && `${id}-${index}`}
      onKeyDown={onKeyDown}
      data-pane-focus="list"
    >
      <VirtualBlock
        scroller={scroller}
        items={rows}
        keyOf={({ path }) => path}
        rowHeight={rowHeight}
        activeIndex={index}
        renderRow={(row, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles keys
          // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus
          <div
            id={`${id}-${at}`}
            role="treeitem"
            className="tree-row"
            aria-level={row.depth + 1}
            aria-expanded={row.kind === 'folder' ? row.isOpen : undefined}
            aria-selected={row.path === activePath}
            aria-checked={choosing ? true : undefined}
            title={visibleName(row.path)}
            onClick={() => {
              setActivePath(row.path)
              toggle(row)
            }}
          >
            <RowName row={row} choosing={choosing} onLeaveOut={onLeaveOut} />
            <span className={row.kind === 'file' && row.change === 'same' ? 'small t3' : 'small t2'}>
              {row.kind === 'file' && text.changes[row.change ?? 'unknown']}
            </span>
            <span className="size">
              <Size bytes={row.sizeBytes} />
            </span>
          </div>
        )}
      />
    </div>
  )
}

const parentOf = (path: string): string | undefined =>
  path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined

interface RowNameProps {
  readonly row: TreeRow
  readonly choosing: boolean
  readonly onLeaveOut: (path: string) => void
}

function RowName({ row, choosing, onLeaveOut }: RowNameProps) {
  const isFolder = row.kind === 'folder'
  const mark = isFolder ? undefined : row.mark
  return (
    <span className="tree-name" style={{ paddingInlineStart: row.depth * 20 }}>
      {choosing && (
        <Checkbox
          checked
          onChange={() => onLeaveOut(row.path)}
          onClick={(event) => event.stopPropagation()}
          aria-label={text.leaveOutLabel(visibleName(row.name))}
          tabIndex={-1}
        />
      )}
      <Icon
        of={isFolder && !row.isOpen ? IconChevronRight : IconChevronDown}
        size={12}
        className={isFolder ? 'twist' : 'twist none'}
      />
      <Icon of={isFolder ? (row.isOpen ? IconFolderOpen : IconFolder) : iconOf(row.name)} />
      <span className="cut">{visibleName(row.name)}</span>
      {mark !== undefined && (
        <Tag kind={mark === 'secret' ? 'danger' : 'warn'}>
          <Icon of={IconAlertTriangle} size={12} />
          {text.marks[mark]}
        </Tag>
      )}
    </span>
  )
}

const icons: Readonly<Record<string, TablerIcon>> = {
  json: IconBraces,
  jsonl: IconBraces,
  yaml: IconBraces,
  yml: IconBraces,
  toml: IconBraces,
  md: IconMarkdown,
  txt: IconFileText,
  csv: IconFileText,
  tsv: IconFileText,
  py: IconFileText,
}
const iconOf = (name: string): TablerIcon => icons[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? IconFile

interface LeftOutListProps {
  readonly scroller: HTMLElement | null
  readonly entries: PublishPlan['leftOut']
  readonly choosing: boolean
  readonly onPutIn: (entry: PublishPlan['leftOut'][number]) => void
}

/** What stays behind, each with why. */
export function LeftOutList({ scroller, entries, choosing, onPutIn }: LeftOutListProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a virtual block
    <div role="list" aria-label={text.leftOutLabel}>
      <VirtualBlock
        scroller={scroller}
        items={entries}
        keyOf={({ path }) => path}
        rowHeight={rowHeight}
        renderRow={(entry) => (
          // biome-ignore lint/a11y/useSemanticElements: a row of a virtual block
          <div role="listitem" className="tree-row out" title={visibleName(entry.path)}>
            <span className="tree-name">
              <Icon of={IconChevronDown} size={12} className="twist none" />
              <Icon of={entry.isFolder ? IconFolder : IconFile} />
              <span className="cut">{visibleName(entry.path)}</span>
            </span>
            <span className="small t3">
              {!choosing ? (
                whyOf(entry)
              ) : canPutIn(entry.reason) ? (
                <Button
                  variant="link"
                  className="small"
                  aria-label={text.putInLabel(entry.path)}
                  onClick={(event) => {
                    // The row goes away, and the focus of who came by keyboard with it.
                    if (event.detail === 0) document.querySelector<HTMLElement>('.publish-tree')?.focus()
                    onPutIn(entry)
                  }}
                >
                  {text.putIn}
                </Button>
              ) : (
                text.cannotPutIn
              )}
            </span>
            <span className="size">
              <Size bytes={entry.sizeBytes} />
            </span>
          </div>
        )}
      />
    </div>
  )
}

const whyOf = ({ why, isFolder, fileCount }: PublishPlan['leftOut'][number]): string =>
  isFolder && fileCount > 0 ? `${why}, ${fileCount} ${fileCount === 1 ? 'file' : 'files'}` : why
