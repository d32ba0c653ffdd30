import { damagedCountOf } from '../../../shared/model/damaged-count.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { installedText } from '../../text/installed.ts'
import { Button } from '../../ui/button.tsx'
import { Message } from '../../ui/message.tsx'
import type { Finding } from './care-calls.ts'
import { isClean, useFinding } from './findings.ts'

const text = installedText.findings

interface VersionFindingsProps {
  readonly version: InstalledVersion
  readonly isBusy: boolean
  readonly onRepair: () => void
}

/** Which files of a version are not as published, and the button that mends them; nothing where all are. */
export function VersionFindings({ version, isBusy, onRepair }: VersionFindingsProps) {
  const found = useFinding(version)
  const damagedFiles = version.damagedFiles ?? []
  // An earlier run of the window found them; what is missing was not told apart then.
  const finding: Finding = found ?? { damaged: damagedFiles, missing: [], extra: [] }
  if (isClean(finding)) return null
  const unnamed = found === undefined ? damagedCountOf(version) - damagedFiles.length : 0
  const isHarmless = finding.damaged.length + finding.missing.length === 0
  const lines = [
    { label: found === undefined ? text.alteredOrMissing : text.altered, paths: finding.damaged },
    { label: text.missing, paths: finding.missing },
    { label: text.extra, paths: finding.extra },
  ].filter(({ paths }) => paths.length > 0)
  return (
    <Message
      kind={isHarmless ? 'note' : 'danger'}
      title={text.title(finding.damaged.length + finding.missing.length + unnamed, finding.extra.length)}
      action={
        <Button small disabled={isBusy} onClick={onRepair}>
          {isHarmless ? text.takeOut : text.repair}
        </Button>
      }
    >
      <dl className="finding-list">
        {lines.map(({ label, paths }) => (
          <div key={label}>
            <dt className="small">{label}</dt>
            <dd className="selectable">
              {paths.slice(0, mostPaths).map((path) => (
                <code key={path} className="prose-break">
                  {path}
                </code>
              ))}
              {paths.length > mostPaths && (
                <span className="small">{text.more(paths.length - mostPaths + unnamed)}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {finding.earlierFiles !== undefined && <p className="small">{text.earlier(finding.earlierFiles)}</p>}
      <p className="small finding-promise">{text.promise(isHarmless)}</p>
    </Message>
  )
}

const mostPaths = 8
