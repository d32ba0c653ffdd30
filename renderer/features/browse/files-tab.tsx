import {
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
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import type { VersionSummary } from '../../../shared/model/package.ts'
import { visibleName } from '../../../shared/text/visible-name.ts'
import { browseText } from '../../text/browse.ts'
import { formatExactBytes, formatSize } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Icon } from '../../ui/icon.tsx'
import { indexAfter, moveOfKey } from '../../ui/list-keys.ts'
import { type FileNode, fileNodes } from './file-nodes.ts'
import { FilePreview, isShortText } from './file-preview.tsx'
import { useVersion } from './use-version.ts'

const text = browseText.files

interface FilesTabProps {
  readonly connectionId?: string
  readonly name: string
  readonly version: VersionSummary
}

/** The files of a version as a tree, and one of them to look at; nothing is installed for it. */
export function FilesTab({ connectionId, name, version }: FilesTabProps) {
  const full = useVersion(connectionId, name, version.version)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [selectedPath, setSelectedPath] = useState<string>()
  const files = full.kind === 'ready' ? full.value.files : undefined
  const nodes = useMemo(() => (files === undefined ? [] : fileNodes(files, closed)), [files, closed])
  const selected = nodes.find(({ path }) => path === selectedPath) ?? firstToShow(nodes)

  const toggle = (path: string) =>
    setClosed((before) => {
      const next = new Set(before)
      if (!next.delete(path)) next.add(path)
      return next
    })

  if (full.kind === 'failed') {
    return (
      <div className="error-page">
        <ErrorPanel
          error={full.error}
          title={text.failed}
          actions={
            <Button variant="primary" onClick={full.retry}>
              {browseText.tryAgain}
            </Button>
          }
        />
      </div>
    )
  }
  return (
    <>
      <section className="files-pane">
        <div className="section-title files-head num">
          {files === undefined
            ? text.label
            : text.sum(
                files.length,
                files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
              )}
          <span className="push t3">{text.ofVersion(version.version)}</span>
        </div>
        {full.kind === 'loading' ? (
          <BoneLines lines={6} />
        ) : (
          <FileTree
            nodes={nodes}
            closed={closed}
            selectedPath={selected?.path}
            onSelect={setSelectedPath}
            onToggle={toggle}
          />
        )}
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="scroll grow preview" tabIndex={0} aria-label={text.preview}>
        {selected?.kind === 'file' && (
          <FilePreview
            key={selected.path}
            connectionId={connectionId}
            name={name}
            version={version.version}
            file={selected}
          />
        )}
        {selected?.kind === 'folder' && (
          <p className="t2 num">{text.folder(visibleName(selected.name), selected.fileCount, selected.sizeBytes)}</p>
        )}
      </section>
    </>
  )
}

interface FileTreeProps {
  readonly nodes: readonly FileNode[]
  readonly closed: ReadonlySet<string>
  readonly selectedPath: string | undefined
  readonly onSelect: (path: string) => void
  readonly onToggle: (path: string) => void
}

function FileTree({ nodes, closed, selectedPath, onSelect, onToggle }: FileTreeProps) {
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 28,
    overscan: 12,
  })
  const index = nodes.findIndex(({ path }) => path === selectedPath)
  const onKeyDown = (event: KeyboardEvent) => {
    const node = nodes[index]
    const move = moveOfKey(event.key)
    if (move !== undefined) {
      event.preventDefault()
      const next = indexAfter(move, index, nodes.length, 10)
      const path = nodes[next]?.path
      if (path === undefined) return
      onSelect(path)
      rows.scrollToIndex(next)
    } else if (node?.kind === 'folder') {
      const isClosed = closed.has(node.path)
      const opens = event.key === 'ArrowRight' && isClosed
      const closes = event.key === 'ArrowLeft' && !isClosed
      if (!opens && !closes && event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      onToggle(node.path)
    }
  }
  return (
    <div
      ref={scroller}
      className="tree"
      role="tree"
      aria-label={text.label}
      tabIndex={0}
      aria-activedescendant={index < 0 ? undefined : `${id}-${index}`}
      onKeyDown={onKeyDown}
    >
      <div className="virtual" role="presentation" style={{ blockSize: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index: at, start }) => {
          const node = nodes[at] as FileNode
          const isClosed = closed.has(node.path)
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles keys
            <div
              key={node.path}
              id={`${id}-${at}`}
              data-index={at}
              className="tree-row"
              role="treeitem"
              aria-level={node.depth + 1}
              aria-selected={at === index}
              aria-expanded={node.kind === 'folder' ? !isClosed : undefined}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => {
                onSelect(node.path)
                if (node.kind === 'folder') onToggle(node.path)
              }}
            >
              <span className="tree-name" style={{ paddingInlineStart: node.depth * 20 }}>
                {node.kind === 'folder' ? (
                  <Icon of={isClosed ? IconChevronRight : IconChevronDown} size={12} className="twist" />
                ) : (
                  <span className="twist" />
                )}
                <Icon of={iconOf(node, isClosed)} />
                <span className="cut">{visibleName(node.name)}</span>
              </span>
              <span />
              <span className="size" title={formatExactBytes(node.sizeBytes)}>
                {formatSize(node.sizeBytes)}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

function iconOf({ kind, name }: FileNode, isClosed: boolean): TablerIcon {
  if (kind === 'folder') return isClosed ? IconFolder : IconFolderOpen
  if (/\.md$/i.test(name)) return IconMarkdown
  if (/\.json$/i.test(name)) return IconBraces
  return /\.(?:txt|csv|tsv|ya?ml|toml|py|cfg|ini|log)$/i.test(name) ? IconFileText : IconFile
}

/** What is worth a look at first: the model card, else a short text, else any file. */
const firstToShow = (nodes: readonly FileNode[]): FileNode | undefined => {
  const files = nodes.filter(({ kind }) => kind === 'file')
  return files.find(({ name }) => /^readme\.md$/i.test(name)) ?? files.find(isShortText) ?? files[0]
}
