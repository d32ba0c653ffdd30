import { IconCheck } from '@tabler/icons-react'
import type { AppVerdict } from '../../../shared/model/app.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { verdictReason } from '../../text/compatibility.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ring } from '../../ui/ring.tsx'

interface WorksWithProps {
  readonly verdicts: readonly AppVerdict[]
  /** Apps that the package doesn't name share one line at the end. */
  readonly merged?: boolean
}

/** Each of the person's apps, and what the package says of it. */
export function WorksWith({ verdicts, merged = false }: WorksWithProps) {
  const unstated = merged ? verdicts.filter(({ kind }) => kind === 'not-stated') : []
  const alone = verdicts.filter((verdict) => unstated.length < 2 || verdict.kind !== 'not-stated')
  const lines = alone.map((verdict) => ({ verdict, apps: [verdict.app] }))
  const [last] = unstated.length < 2 ? [] : unstated
  if (last !== undefined) lines.push({ verdict: last, apps: unstated.map(({ app }) => app) })
  return (
    <ul className="works">
      {lines.map(({ verdict, apps }) => {
        const names = apps.map(({ name, version }) => withVersion(name, version)).join(', ')
        return (
          <li key={names}>
            {verdict.kind === 'compatible' ? <Icon of={IconCheck} /> : <Ring state={verdict.kind} size={16} />}
            <span className="cut" title={names}>
              {names}
            </span>
            <span className="small t3">{verdictReason(verdict)}</span>
          </li>
        )
      })}
    </ul>
  )
}
