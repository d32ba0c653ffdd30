import { verdictsFor } from '../../../shared/model/compatibility.ts'
import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { goTo } from '../../state/navigation.ts'
import { newestOf, type Standing } from '../../state/package-standing.ts'
import { useApps } from '../../state/settings.ts'
import { browseText as text } from '../../text/browse.ts'
import { unreadableWords } from '../../text/standing.ts'
import { formatWhen } from '../../text/units.ts'
import { Button } from '../../ui/button.tsx'
import { Facts, Inspector, SectionTitle } from '../../ui/inspector.tsx'
import { Ring } from '../../ui/ring.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useMinute } from '../../ui/use-minute.ts'
import { PrimaryAction } from './primary-action.tsx'
import { StandingGlyph, StandingLine } from './standing-label.tsx'
import { WorksWith } from './works-with.tsx'

interface PackageInspectorProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
}

/** The selected package: what it is, its one action, and the facts. */
export function PackageInspector({ connectionId, package: each, standing }: PackageInspectorProps) {
  useMinute()
  const apps = useApps()
  const shown = standing.offered ?? newestOf(each)
  return (
    <Inspector label={each.title}>
      <div>
        <div className="row">
          <StandingGlyph package={each} standing={standing} />
          <h2 className="title-15" dir="auto">
            {each.title}
          </h2>
        </div>
        {each.description !== '' && (
          <p className="t2 gap-8 prose-break" dir="auto">
            {each.description}
          </p>
        )}
        <p className="gap-8">
          <StandingLine package={each} standing={standing} />
        </p>
      </div>
      <div>
        <PrimaryAction connectionId={connectionId} package={each} standing={standing} />
        {standing.kind !== 'installed' && shown?.downloadBytes !== undefined && (
          <p className="small t3 num gap-8">{text.facts.atMost(shown.downloadBytes)}</p>
        )}
      </div>
      {apps.length > 0 && (
        <div>
          <SectionTitle>{text.facts.worksWith}</SectionTitle>
          <WorksWith verdicts={verdictsFor(shown?.compatibility, apps)} />
        </div>
      )}
      {shown?.notes !== undefined && shown.notes !== '' && (
        <div>
          <SectionTitle>{text.facts.newIn(shown.version)}</SectionTitle>
          <p className="t2 prose-break clamp-6" dir="auto">
            {shown.notes}
          </p>
        </div>
      )}
      <div>
        <SectionTitle>{text.facts.about}</SectionTitle>
        <Facts
          facts={[
            { label: text.facts.name, value: <code>{each.name}</code> },
            {
              label: text.facts.onDisk,
              value:
                shown?.diskBytes === undefined ? undefined : text.facts.inFiles(shown.diskBytes, shown.fileCount ?? 0),
            },
            {
              label: text.facts.published,
              value:
                shown?.publishedAt === undefined
                  ? undefined
                  : text.facts.publishedBy(formatWhen(shown.publishedAt), shown.publishedBy),
            },
            { label: text.facts.licence, value: shown?.license },
            {
              label: text.facts.tags,
              value:
                each.tags.length === 0 ? undefined : (
                  <span className="tags">
                    {each.tags.map((tag) => (
                      <Tag key={tag}>{tag}</Tag>
                    ))}
                  </span>
                ),
            },
          ]}
        />
      </div>
      <Button className="at-end" hint="↵" onClick={() => goTo({ page: 'package', name: each.name, tab: 'overview' })}>
        {text.row.details}
      </Button>
    </Inspector>
  )
}

export function UnreadableInspector({
  entry,
  onRefresh,
}: {
  readonly entry: UnreadableEntry
  readonly onRefresh: () => void
}) {
  const { word, detail } = unreadableWords(entry)
  return (
    <Inspector label={entry.ident}>
      <div>
        <div className="row">
          <Ring state="unreadable" />
          <h2 className="title-15 prose-break">{entry.ident}</h2>
        </div>
        <p className="gap-8 status">
          {word}. {detail}.
        </p>
      </div>
      <div>
        <SectionTitle>{text.unreadable.why}</SectionTitle>
        <p className="t2 prose-break selectable">{entry.reason}</p>
      </div>
      <div>
        <SectionTitle>{text.unreadable.safe}</SectionTitle>
        <p className="t2">{text.unreadable.safeText}</p>
      </div>
      <Button onClick={onRefresh}>{text.unreadable.again}</Button>
    </Inspector>
  )
}
