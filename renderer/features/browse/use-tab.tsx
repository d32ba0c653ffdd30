import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import type { Standing } from '../../state/package-standing.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'

interface UseTabProps {
  readonly package: PackageSummary
  readonly standing: Standing
  readonly version: VersionSummary
}

/** Lines to paste: into a terminal, and into a program. */
export function UseTab({ package: each, standing, version }: UseTabProps) {
  const spec = `${each.name}==${version.version}`
  const here = standing.installed.find(({ ref }) => ref.version === version.version) ?? standing.installed[0]
  const shownSpec = here === undefined ? spec : `${here.ref.name}==${here.ref.version}`
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll grow snippets" tabIndex={0} aria-label="Use it">
      {here !== undefined && <Snippet title={`Folder of ${here.ref.version} on this computer`} text={here.path} />}
      <Snippet title="Install it from a terminal" text={`orbital install '${spec}'`} />
      <Snippet title="Find its folder from a terminal" text={`orbital path '${shownSpec}'`} />
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
