import { Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { memo, useEffect, useRef, useState } from 'react'
import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { findHits } from '../../../shared/model/search.ts'
import { goTo } from '../../state/navigation.ts'
import { newestOf, type Standing } from '../../state/package-standing.ts'
import { useInstallOf } from '../../state/transfers.ts'
import { browseText } from '../../text/browse.ts'
import { unreadableWords } from '../../text/standing.ts'
import { formatExactBytes, formatExactTime, formatSize, formatWhen, plural } from '../../text/units.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { rowPartIds, TwoLines } from '../../ui/list.tsx'
import { Marked } from '../../ui/marked.tsx'
import { Ring } from '../../ui/ring.tsx'
import { useMinute } from '../../ui/use-minute.ts'
import { installPackage, openFolder } from './package-actions.ts'
import { StandingCell, StandingGlyphCell } from './standing-label.tsx'

const text = browseText.row

interface PackageRowProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
}
interface SearchedRowProps extends PackageRowProps {
  readonly rowId: string
  /** What was searched for, folded: marked where it stands. */
  readonly words: readonly string[]
}

/** Drawn again when what it shows is another: not for each frame that one scrolls. */
export const PackageRow = memo(function PackageRow(props: SearchedRowProps) {
  useMinute()
  const { rowId, connectionId, package: each, standing, words } = props
  const ids = rowPartIds(rowId)
  const newest = newestOf(each)
  return (
    <>
      <StandingGlyphCell package={each} standing={standing} />
      {/* biome-ignore lint/a11y/useSemanticElements: a cell of a virtual row */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <span className="name-cell" role="gridcell">
        <span className="line1" dir="auto">
          <span id={ids.name} className="name">
            <Marked text={each.title} words={words} />
          </span>
        </span>
        <span className="line2" dir="auto">
          <Unseen package={each} words={words} />
          <Marked text={each.description} words={words} />
        </span>
        <RowActions connectionId={connectionId} package={each} standing={standing} />
      </span>
      <TwoLines
        className="num c-version"
        first={newest?.version}
        firstId={ids.version}
        second={plural(each.versions.length, 'version')}
      />
      <TwoLines
        className="num end c-size"
        title={newest?.diskBytes === undefined ? undefined : formatExactBytes(newest.diskBytes)}
        first={newest?.diskBytes === undefined ? '' : formatSize(newest.diskBytes)}
        second={newest?.fileCount === undefined ? '' : plural(newest.fileCount, 'file')}
      />
      <TwoLines
        className="c-when"
        title={newest?.publishedAt === undefined ? undefined : formatExactTime(newest.publishedAt)}
        first={newest?.publishedAt === undefined ? '–' : formatWhen(newest.publishedAt)}
        second={newest?.publishedBy ?? '–'}
      />
      <StandingCell wordId={ids.state} package={each} standing={standing} />
    </>
  )
})

/** The name or the tag that was found, where no line of the row has the word. */
function Unseen({ package: { name, title, description, tags }, words }: Pick<SearchedRowProps, 'package' | 'words'>) {
  const isIn = (text: string, word: string) => findHits(text, [word]).length > 0
  const word = words.find((each) => !isIn(title, each) && !isIn(description, each))
  const found = word === undefined ? undefined : [name, ...tags].find((text) => isIn(text, word))
  if (found === undefined) return null
  return (
    <>
      <Marked text={found} words={words} />
      {description !== '' && ' · '}
    </>
  )
}

/** Over the end of the description while the pointer is there, and made only then: rows must be cheap to draw. The keys do the same. */
function RowActions(props: PackageRowProps) {
  const place = useRef<HTMLSpanElement>(null)
  const [isAtHand, setAtHand] = useState(false)
  const [menuOpen, setMenuOpen] = useState(false)
  useEffect(() => {
    const row = place.current?.closest('[role="row"]')
    const enter = () => setAtHand(true)
    const leave = () => setAtHand(false)
    row?.addEventListener('pointerenter', enter)
    row?.addEventListener('pointerleave', leave)
    return () => {
      row?.removeEventListener('pointerenter', enter)
      row?.removeEventListener('pointerleave', leave)
    }
  }, [])
  const onMenu = (open: boolean) => {
    setMenuOpen(open)
    // Its button may go with it.
    if (!open) place.current?.closest<HTMLElement>('[role="grid"]')?.focus()
  }
  return (
    // Focusable, if never by Tab: Chromium makes a stop of what scrolls and holds nothing that is.
    <span ref={place} className="row-actions" tabIndex={-1} data-open={menuOpen || undefined}>
      {(isAtHand || menuOpen) && <ActionsAtHand {...props} menuOpen={menuOpen} onMenu={onMenu} />}
    </span>
  )
}

interface AtHandProps extends PackageRowProps {
  readonly menuOpen: boolean
  readonly onMenu: (open: boolean) => void
}

function ActionsAtHand({ connectionId, package: each, standing, menuOpen, onMenu }: AtHandProps) {
  const transferId = useInstallOf(each.name)
  const { kind } = standing
  const more = (
    <IconButton icon={IconDots} label={text.more(each.title)} tabIndex={-1} onClick={() => onMenu(!menuOpen)} />
  )
  return (
    <>
      {transferId === undefined &&
        kind !== 'installed' &&
        kind !== 'not-compatible' &&
        standing.offered !== undefined && (
          <Button
            small
            tabIndex={-1}
            variant={kind === 'update' ? 'soft' : 'default'}
            onClick={(event) => {
              event.stopPropagation()
              installPackage(connectionId, each, standing)
            }}
          >
            {kind === 'update' ? text.update : text.install}
          </Button>
        )}
      {menuOpen ? (
        <Menu opened onClose={() => onMenu(false)} returnFocus={false} position="bottom-end" width={200}>
          <Menu.Target>{more}</Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => goTo({ page: 'package', name: each.name, tab: 'overview' })}>
              {text.details}
            </Menu.Item>
            <Menu.Item onClick={() => goTo({ page: 'package', name: each.name, tab: 'versions' })}>
              {text.anotherVersion}
            </Menu.Item>
            {standing.installed.length > 0 && (
              <Menu.Item onClick={() => openFolder(standing)}>{text.openFolder}</Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      ) : (
        more
      )}
    </>
  )
}

export function UnreadableRow({ rowId, entry }: { readonly rowId: string; readonly entry: UnreadableEntry }) {
  useMinute()
  const ids = rowPartIds(rowId)
  const { word, detail } = unreadableWords(entry)
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a cell of a virtual row */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <span role="gridcell" className="glyph-cell" title={word}>
        <Ring state="unreadable" />
      </span>
      <TwoLines
        className="name-cell"
        first={
          <span id={ids.name} className="name">
            {entry.ident}
          </span>
        }
        second={entry.reason}
      />
      <TwoLines className="c-version" first="" firstId={ids.version} />
      <TwoLines className="c-size" first="" />
      <TwoLines
        className="c-when"
        first={entry.modifiedAt === undefined ? '' : formatWhen(entry.modifiedAt)}
        title={entry.modifiedAt === undefined ? undefined : formatExactTime(entry.modifiedAt)}
      />
      <TwoLines className="status-cell" first={word} firstId={ids.state} second={detail} title={entry.reason} />
    </>
  )
}
