import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { useConnection } from '../../state/connections.ts'
import type { Standing } from '../../state/package-standing.ts'
import { browseText } from '../../text/browse.ts'
import { installCommandOf } from '../../text/install-command.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'

const text = browseText.use

interface UseTabProps {
  readonly connectionId?: string
  readonly package: PackageSummary
  readonly standing: Standing
  readonly version: VersionSummary
}

/** Lines to paste: into a terminal, and into a program. */
export function UseTab({ connectionId, package: each, standing, version }: UseTabProps) {
  const connection = useConnection(connectionId)
  const ref = { name: each.name, version: version.version }
  const here = standing.installed.find(({ ref }) => ref.version === version.version) ?? standing.installed[0]
  const shownSpec = specOf(here?.ref ?? ref)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll grow snippets" tabIndex={0} aria-label={text.label}>
      {here !== undefined && <Snippet title={text.folderOf(here.ref.version)} code={here.path} />}
      <Snippet title={text.install} code={installCommandOf(connection, ref)} />
      <Snippet title={text.path} code={`orbital path ${shownSpec}`} />
      <Snippet
        title={text.python}
        code={[
          'import subprocess',
          'from pathlib import Path',
          '',
          `folder = Path(subprocess.check_output(["orbital", "path", "${shownSpec}"], text=True).strip())`,
          'print(sorted(path.name for path in folder.iterdir()))',
        ].join('\n')}
      />
      <Snippet
        title={text.json}
        code={JSON.stringify({ ...(here?.ref ?? ref), ...(here === undefined ? {} : { path: here.path }) }, null, 2)}
      />
      <p className="small t3">{text.pinned}</p>
    </section>
  )
}

const Snippet = ({ title, code }: { readonly title: string; readonly code: string }) => (
  <div className="snippet">
    <SectionTitle level={2}>{title}</SectionTitle>
    <div className="support">
      <pre className="selectable">{code}</pre>
      <CopyButton text={code} label={text.copy(title)} />
    </div>
  </div>
)
