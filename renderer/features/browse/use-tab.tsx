import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { useConnection } from '../../state/connections.ts'
import type { Standing } from '../../state/package-standing.ts'
import { installCommandOf } from '../../text/install-command.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'

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
    <section className="scroll grow snippets" tabIndex={0} aria-label="Use it">
      {here !== undefined && <Snippet title={`Folder of ${here.ref.version} on this computer`} text={here.path} />}
      <Snippet title="Install it from a terminal" text={installCommandOf(connection, ref)} />
      <Snippet title="Find its folder from a terminal" text={`orbital path ${shownSpec}`} />
      <Snippet
        title="Open it from Python"
        text={[
          'import subprocess',
          'from pathlib import Path',
          '',
          `folder = Path(subprocess.check_output(["orbital", "path", "${shownSpec}"], text=True).strip())`,
          'print(sorted(path.name for path in folder.iterdir()))',
        ].join('\n')}
      />
      <p className="small t3">A program that pins the exact version gets the same bytes every time.</p>
    </section>
  )
}

const Snippet = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <div className="snippet">
    <SectionTitle level={2}>{title}</SectionTitle>
    <div className="support">
      <pre className="selectable">{text}</pre>
      <CopyButton text={text} label={`Copy: ${title}`} />
    </div>
  </div>
)
