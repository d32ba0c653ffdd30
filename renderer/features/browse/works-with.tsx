import { IconCheck } from '@tabler/icons-react'
import type { AppVerdict } from '../../../shared/model/app.ts'
import { verdictReason } from '../../text/compatibility.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ring } from '../../ui/ring.tsx'

/** Each of the person's apps, and what the package says of it. */
export const WorksWith = ({ verdicts }: { readonly verdicts: readonly AppVerdict[] }) => (
  <ul className="works">
    {verdicts.map((verdict) => (
      <li key={`${verdict.app.name} ${verdict.app.version}`}>
        {verdict.kind === 'compatible' ? <Icon of={IconCheck} /> : <Ring state={verdict.kind} size={16} />}
        <span className="cut">
          {verdict.app.name} {verdict.app.version}
        </span>
        <span className="small t3">{verdictReason(verdict)}</span>
      </li>
    ))}
  </ul>
)
