import { IconArrowMoveRight, IconArrowRight, IconMinus, IconPencil, IconPlus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { compareVersions, type FileChange } from '../../../shared/model/compare-versions.ts'
import { browseText } from '../../text/browse.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Meter } from '../../ui/progress-bar.tsx'
import { useVersion, type VersionInFull } from './use-version.ts'

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
  const failed = [before, after].find((each) => each.kind === 'failed')
  return (
    <section className="comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title" className="comparison-head">
        {text.title(earlier, later)}
      </h2>
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
      ) : before.kind === 'ready' && after.kind === 'ready' ? (
        <Changes before={before.value} after={after.value} />
      ) : (
        <BoneLines lines={4} />
      )}
    </section>
  )
}

const rowsAtOnce = 200

function Changes({ before, after }: { readonly before: VersionInFull; readonly after: VersionInFull }) {
  const found = useMemo(() => compareVersions(before.files, after.files), [before, after])
  const [rowCount, setRowCount] = useState(rowsAtOnce)
  const whole = Math.max(1, found.new.bytes + found.changed.bytes + found.same.bytes)
  if (found.changes.length === 0) return <p className="t2">{text.nothing}</p>
  const left = found.changes.length - rowCount
  return (
    <>
      <p className="legend num small">
        <span className="key">{text.new(found.new.files, found.new.bytes)}</span>
        <span className="key second">{text.changed(found.changed.files, found.changed.bytes)}</span>
        <span className="key none">{text.same(found.same.files, found.same.bytes)}</span>
        {found.removed.files > 0 && <span>{text.removed(found.removed.files, found.removed.bytes)}</span>}
      </p>
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
