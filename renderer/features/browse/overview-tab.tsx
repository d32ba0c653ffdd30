import { verdictsFor } from '../../../shared/model/compatibility.ts'
import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { isolate } from '../../../shared/text/isolate.ts'
import { client } from '../../ipc/link.ts'
import { openLink } from '../../shell/open-link.ts'
import { useInstalled } from '../../state/installed.ts'
import type { Standing } from '../../state/package-standing.ts'
import { useApps } from '../../state/settings.ts'
import { browseText as text } from '../../text/browse.ts'
import { formatSize, formatWhen } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Facts, Inspector, SectionTitle } from '../../ui/inspector.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { isSafeLink } from '../../ui/safe-link.ts'
import { Tag } from '../../ui/tag.tsx'
import { useMinute } from '../../ui/use-minute.ts'
import { readmePath, useFetched, useVersion, type VersionInFull } from './use-version.ts'
import { WorksWith } from './works-with.tsx'

interface OverviewTabProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
  readonly version: VersionSummary
}

/** The model card, and the facts of the version. */
export function OverviewTab({ connectionId, package: each, standing, version }: OverviewTabProps) {
  useMinute()
  const apps = useApps()
  const libraries = useInstalled((state) => state.libraries)
  const full = useVersion(connectionId, each.name, version.version)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="scroll grow" tabIndex={0} aria-label={text.overview.label}>
        {full.kind === 'loading' && <BoneLines lines={6} />}
        {full.kind === 'failed' && (
          <ErrorPanel
            error={full.error}
            title={text.overview.failed}
            actions={
              <Button variant="primary" onClick={full.retry}>
                {text.tryAgain}
              </Button>
            }
          />
        )}
        {full.kind === 'ready' && (
          <ModelCard
            connectionId={connectionId}
            name={each.name}
            title={each.title}
            version={version}
            full={full.value}
          />
        )}
      </section>
      <Inspector label={text.overview.factsLabel}>
        {apps.length > 0 && (
          <div>
            <SectionTitle level={2}>{text.facts.worksWith}</SectionTitle>
            <WorksWith verdicts={verdictsFor(version.compatibility, apps)} />
          </div>
        )}
        <div>
          <SectionTitle level={2}>{text.facts.thisVersion}</SectionTitle>
          <Facts
            facts={[
              { label: text.facts.version, value: version.version },
              {
                label: text.facts.onDisk,
                value:
                  version.diskBytes === undefined
                    ? undefined
                    : text.facts.inFiles(version.diskBytes, version.fileCount ?? 0),
              },
              {
                label: text.facts.download,
                value: version.downloadBytes === undefined ? undefined : formatSize(version.downloadBytes),
              },
              { label: text.facts.licence, value: version.license },
              ...(full.kind === 'ready' ? moreFacts(full.value) : []),
            ]}
          />
        </div>
        {version.notes !== undefined && version.notes !== '' && (
          <div>
            <SectionTitle level={2}>{text.facts.newIn(version.version)}</SectionTitle>
            <p className="t2 prose-break selectable" dir="auto">
              {version.notes}
            </p>
          </div>
        )}
        {each.tags.length > 0 && (
          <div>
            <SectionTitle level={2}>{text.facts.tags}</SectionTitle>
            <span className="tags">
              {each.tags.map((tag) => (
                <Tag key={tag}>{tag}</Tag>
              ))}
            </span>
          </div>
        )}
        {standing.installed.length > 0 && (
          <div>
            <SectionTitle level={2}>{text.facts.installedHere}</SectionTitle>
            <Facts
              facts={standing.installed.map(({ ref, verifiedAt, libraryId }) => ({
                key: `${libraryId} ${ref.version}`,
                label: ref.version,
                value: text.facts.here(
                  verifiedAt === undefined ? text.facts.notVerified : text.facts.verified(formatWhen(verifiedAt)),
                  libraries.length > 1 ? libraries.find(({ id }) => id === libraryId)?.name : undefined,
                ),
              }))}
            />
          </div>
        )}
      </Inspector>
    </>
  )
}

function moreFacts({ info }: VersionInFull) {
  const { homepage, authors = [] } = info
  return [
    { label: text.facts.authors, value: authors.map(isolate).join(', ') },
    {
      label: text.facts.homepage,
      value:
        homepage === undefined ? undefined : isSafeLink(homepage) ? (
          <a
            href={homepage}
            title={homepage}
            onClick={(event) => {
              event.preventDefault()
              void openLink(homepage)
            }}
          >
            {new URL(homepage).host}
          </a>
        ) : (
          homepage
        ),
    },
  ]
}

interface ModelCardProps {
  readonly connectionId?: string
  readonly name: string
  readonly title: string
  readonly version: VersionSummary
  readonly full: VersionInFull
}

function ModelCard({ connectionId, name, title, version, full }: ModelCardProps) {
  const path = readmePath(full)
  if (path === undefined) {
    return (
      <div className="md">
        <p className="t2">{full.info.description ?? text.overview.noDescription}</p>
        <p className="t3">{text.overview.readmeHint}</p>
      </div>
    )
  }
  return <Readme connectionId={connectionId} name={name} title={title} version={version} path={path} />
}

function Readme({
  connectionId,
  name,
  title,
  version,
  path,
}: Omit<ModelCardProps, 'full'> & { readonly path: string }) {
  const preview = useFetched(`${connectionId} ${name} ${version.version} ${path}`, (signal) =>
    client.catalog.preview({ connectionId, ref: { name, version: version.version }, path }, { signal }),
  )
  if (preview.kind === 'loading') return <BoneLines lines={6} />
  if (preview.kind === 'failed') {
    return (
      <ErrorPanel
        error={preview.error}
        title={text.overview.failed}
        actions={
          <Button variant="primary" onClick={preview.retry}>
            {text.tryAgain}
          </Button>
        }
      />
    )
  }
  const { content } = preview.value
  if (content.kind !== 'text') return <p className="t2">{text.overview.noText(path)}</p>
  return (
    <>
      <Markdown source={content.text} title={title} onLink={(url) => void openLink(url)} />
      {content.truncated && <p className="t3">{text.overview.rest(path)}</p>}
    </>
  )
}
