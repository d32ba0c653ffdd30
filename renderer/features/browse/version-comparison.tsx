import { IconArrowMoveRight, IconArrowRight, IconMinus, IconPencil, IconPlus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { compareVersions, type FileChange, type VersionChanges } from '../../../shared/model/compare-versions.ts'
import { browseText } from '../../text/browse.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Meter } from '../../ui/progress-bar.tsx'
import { useVersion } from './use-version.ts'

const text = browseText.comparison

interface VersionComparisonProps {
  readonly connectionId?: string
  readonly name: string
  readonly earlier: string
  readonly later: string
}

/** What changed from one version to a later one, file by file. */
export function VersionComparison({ connectionId, name, earlier, later }: VersionComparisonProps) {
  const before = useVersion(connectionId, name, earlier)
  const after = useVersion(connectionId, name, later)
  const beforeFiles = before.kind === 'ready' ? before.value.files : undefined
  const afterFiles = after.kind === 'ready' ? after.value.files : undefined
  const found = useMemo(
    () =>
      beforeFiles === undefined || afterFiles === undefined ? undefined : compareVersions(beforeFiles, afterFiles),
    [beforeFiles, afterFiles],
  )
  const failed = [before, after].find((each) => each.kind === 'failed')
  return (
    <section className="comparison" aria-labelledby="comparison-title">
      <div className="comparison-head">
        <h2 id="comparison-title">{text.title(earlier, later)}</h2>
        {found !== undefined && <Legend found={found} />}
      </div>
      {failed?.kind === 'failed' ? (
        <ErrorPanel
          error={failed.error}
          title={text.failed}
          actions={
            <Button variant="primary" onClick={failed.retry}>
              {browseText.tryAgain}
            </Button>
          }
        />
      ) : found === undefined ? (
        <BoneLines lines={4} />
      ) : (
        <Changes found={found} />
      )}
    </section>
  )
}

const rowsAtOnce = 200

function Legend({ found }: { readonly found: VersionChanges }) {
  return (
    <p className="legend">
      {found.new.files > 0 && <span className="key">{text.new(found.new.files, found.new.bytes)}</span>}
      {found.changed.files > 0 && (
        <span className="key second">{text.changed(found.changed.files, found.changed.bytes)}</span>
      )}
      <span className="key none">{text.same(found.same.files, found.same.bytes)}</span>
      {found.removed.files > 0 && <span>{text.removed(found.removed.files, found.removed.bytes)}</span>}
    </p>
  )
}

function Changes({ found }: { readonly found: VersionChanges }) {
  const [rowCount, setRowCount] = useState(rowsAtOnce)
  const whole = Math.max(1, found.new.bytes + found.changed.bytes + found.same.bytes)
  if (found.changes.length === 0) return <p className="t2">{text.nothing}</p>
  const left = found.changes.length - rowCount
  return (
    <>
      <Meter
        size="m"
        parts={[
          { key: 'new', share: found.new.bytes / whole },
          { key: 'changed', share: found.changed.bytes / whole, look: 'second' },
        ]}
        label={text.changed(found.changed.files, found.changed.bytes)}
      />
      <ul className="changes">
        {found.changes.slice(0, rowCount).map((change) => (
          <Change key={change.path} change={change} />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" className="plain-link small num" onClick={() => setRowCount(rowCount + rowsAtOnce)}>
          {text.more(Math.min(left, rowsAtOnce))}
        </button>
      )}
    </>
  )
}

const icons = {
  new: IconPlus,
  changed: IconPencil,
  unsure: IconPencil,
  moved: IconArrowMoveRight,
  removed: IconMinus,
} as const

function Change({ change }: { readonly change: FileChange }) {
  return (
    <li>
      <span className="row t2">
        <Icon of={icons[change.kind]} size={14} />
        {text.kinds[change.kind]}
      </span>
      <span className="cut selectable" title={change.path}>
        {change.path}
        {change.kind === 'moved' && <span className="t3"> {text.movedFrom(change.from)}</span>}
        {change.kind === 'unsure' && <span className="t3"> {text.unsureText}</span>}
      </span>
      <span className="end t2">
        {'beforeBytes' in change && 'afterBytes' in change && <Size bytes={change.beforeBytes} />}
      </span>
      <span className="end t3">
        {'beforeBytes' in change && 'afterBytes' in change && <Icon of={IconArrowRight} size={14} />}
      </span>
      <span className="end">
        <Size bytes={'afterBytes' in change ? change.afterBytes : change.beforeBytes} />
      </span>
    </li>
  )
}
