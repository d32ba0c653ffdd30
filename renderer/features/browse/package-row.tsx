import { Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { memo, useState } from 'react'
import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { findHits } from '../../../shared/model/search.ts'
import { goTo } from '../../state/navigation.ts'
import { newestOf, type Standing } from '../../state/package-standing.ts'
import { useInstallOf } from '../../state/transfers.ts'
import { browseText } from '../../text/browse.ts'
import { unreadableWords } from '../../text/standing.ts'
import { formatExactBytes, formatExactTime, formatSize, formatWhen, plural } from '../../text/units.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Later } from '../../ui/later.tsx'
import { rowPartIds, TwoLines } from '../../ui/list.tsx'
import { Marked } from '../../ui/marked.tsx'
import { Ring } from '../../ui/ring.tsx'
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
        <Later>{() => <RowActions connectionId={connectionId} package={each} standing={standing} />}</Later>
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

/** Over the end of the description while the pointer is there; the keys do the same. */
function RowActions({ connectionId, package: each, standing }: PackageRowProps) {
  const transferId = useInstallOf(each.name)
  const { kind } = standing
  // The menu is made when it is opened: rows must be cheap to draw while one scrolls.
  const [menuOpen, setMenuOpen] = useState(false)
  const more = (
    <IconButton
      icon={IconDots}
      label={text.more(each.title)}
      tabIndex={-1}
      onClick={() => setMenuOpen((open) => !open)}
    />
  )
  return (
    <span className="row-actions" data-open={menuOpen || undefined}>
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
        <Menu opened onClose={() => setMenuOpen(false)} position="bottom-end" width={200}>
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
    </span>
  )
}

export function UnreadableRow({ rowId, entry }: { readonly rowId: string; readonly entry: UnreadableEntry }) {
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
