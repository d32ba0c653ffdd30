import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import { nameOf, publishText as text } from '../../text/publish.ts'
import { Button } from '../../ui/button.tsx'
import { Message } from '../../ui/message.tsx'
import { leaveOut, otherProblems, warningKey } from './publish-draft.ts'
import { type Draft, editDraft, settleWarning } from './publish-drafts.ts'

type Warning = PublishPlan['warnings'][number]

const namesShown = 4

/** Problems of no field first, then what a person must decide on (secrets), then what they should know. One strip a kind. */
export function PublishWarnings({ draft, plan }: { readonly draft: Draft; readonly plan: PublishPlan }) {
  const open = plan.warnings.filter((warning) => !draft.settled.has(warningKey(warning)))
  const groups = new Map<Warning['kind'], Warning[]>()
  for (const warning of open) groups.set(warning.kind, [...(groups.get(warning.kind) ?? []), warning])
  const inOrder = [...groups].toSorted(([a], [b]) => rankOf(a) - rankOf(b))
  return (
    <div className="publish-warnings">
      {otherProblems(plan).map(({ problem, fix }) => (
        <Message
          key={`${problem} ${fix ?? ''}`}
          kind="danger"
          title={problem}
          action={fix?.startsWith('Put everything') && <InFolder draft={draft} name={plan.info.name} label={fix} />}
        >
          {fix?.startsWith('Put everything') ? undefined : fix}
        </Message>
      ))}
      {inOrder.map(([kind, warnings]) => (
        <WarningStrip key={kind} draft={draft} warnings={warnings} />
      ))}
    </div>
  )
}

const rankOf = (kind: Warning['kind']): number => (kind === 'secret' ? 0 : kind === 'runs-code' ? 1 : 2)

const InFolder = ({ draft, name, label }: { readonly draft: Draft; readonly name: string; readonly label: string }) => (
  <Button
    small
    onClick={() => editDraft(draft.path, (fields): PublishFields => ({ ...fields, insideFolder: name }), { now: true })}
  >
    {label}
  </Button>
)

function WarningStrip({ draft, warnings }: { readonly draft: Draft; readonly warnings: readonly Warning[] }) {
  const [first] = warnings
  if (first === undefined) return null
  const isSecret = first.kind === 'secret'
  const paths = warnings.flatMap(({ path }) => path ?? [])
  const isOne = warnings.length === 1
  const title = isOne ? text.warning(first) : (text.warningGroup[first.kind]?.(warnings.length) ?? text.warning(first))
  const settle = () => {
    for (const warning of warnings) settleWarning(draft.path, warningKey(warning))
  }
  const leaveAllOut = () => editDraft(draft.path, (fields) => paths.reduce(leaveOut, fields), { now: true })
  return (
    <Message
      kind={isSecret ? 'danger' : first.kind === 'unprotected-store' || first.kind === 'symlink' ? 'note' : 'warn'}
      title={title}
      action={
        isSecret ? (
          <>
            <Button small onClick={leaveAllOut}>
              {isOne ? text.leaveItOut : text.leaveThemOut}
            </Button>
            <Button small variant="quiet" onClick={settle}>
              {text.keep}
            </Button>
          </>
        ) : (
          <Button small variant="quiet" onClick={settle}>
            {text.understood}
          </Button>
        )
      }
    >
      <span className="small">
        {isOne
          ? (text.warningWhy[first.kind] ?? first.text)
          : `${text.moreFiles(paths.slice(0, namesShown).map(nameOf), paths.length - namesShown)} ${text.warningWhy[first.kind] ?? ''}`}
      </span>
    </Message>
  )
}
