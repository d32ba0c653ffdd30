import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { type MouseEvent, type ReactNode, useId, useState } from 'react'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import { nameOf, publishText as text } from '../../text/publish.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { leaveOut, warningKey } from './publish-draft.ts'
import { type Draft, editDraft, settleWarning } from './publish-drafts.ts'
import { isNote, titleOf, toSettle } from './to-settle.ts'

type Warning = PublishPlan['warnings'][number]
type Problem = PublishPlan['problems'][number]

const namesShown = 4
const importsShown = 6

/**
 * The one place for what is to be said before publishing: what must be settled first (fields, files, secrets), then what is good to know. What
 * is wrong with a field stands below it, too, with what mends it; from here the way leads there. `Review` says it to screen readers.
 */
export function PublishWarnings({ draft, plan }: { readonly draft: Draft; readonly plan: PublishPlan }) {
  const { first, toKnow } = toSettle(plan, draft.settled)
  const isFolder = plan.source.kind === 'folder'
  return (
    <>
      {first.count > 0 && (
        <Group title={text.settle.first(first.count)}>
          {first.fields.map((problem) => (
            <FieldRow key={problem.field} problem={problem} />
          ))}
          {first.others.map((problem) => (
            <ProblemRow key={`${problem.problem} ${problem.fix ?? ''}`} draft={draft} problem={problem} plan={plan} />
          ))}
          <WarningRow draft={draft} warnings={first.secrets} isFolder={isFolder} />
        </Group>
      )}
      {toKnow.length > 0 && (
        <Group title={text.settle.toKnow}>
          {toKnow.map((warnings) => (
            <WarningRow key={warnings[0]?.kind} draft={draft} warnings={warnings} isFolder={isFolder} />
          ))}
        </Group>
      )}
    </>
  )
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className="settle" aria-labelledby={id}>
      <h3 id={id} className="small t2">
        {title}
      </h3>
      <ul>{children}</ul>
    </section>
  )
}

interface RowProps {
  readonly kind: 'danger' | 'warn' | 'info'
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly actions: ReactNode
  /** They are long: below the text where the column is narrow. */
  readonly longActions?: boolean
}

const Row = ({ kind, title, children, actions, longActions = false }: RowProps) => (
  <li className={`settle-row ${kind}${longActions ? ' long' : ''}`}>
    <Icon of={kind === 'info' ? IconInfoCircle : IconAlertTriangle} />
    <div>
      <p className="strong">{title}</p>
      {children !== undefined && <p className="small t2">{children}</p>}
    </div>
    <span className="note-acts">{actions}</span>
  </li>
)

/** A row goes away when it is settled: who came by keyboard goes on at the next one, else at the form. */
function moveOn({ detail, currentTarget }: MouseEvent<HTMLElement>): void {
  if (detail !== 0) return
  const rows = [...document.querySelectorAll('.settle-row')]
  const at = rows.findIndex((row) => row.contains(currentTarget))
  const next = rows[at + 1] ?? rows[at - 1]
  const target = next?.querySelector<HTMLElement>('button') ?? document.querySelector('.publish-form [data-pane-focus]')
  if (target instanceof HTMLElement) target.focus()
}

function FieldRow({ problem: { field, problem } }: { readonly problem: Problem }) {
  const name = field.split('.')[0] ?? field
  const goThere = () =>
    document.querySelector<HTMLElement>(`[data-publish-field="${name}"] :is(input, textarea)`)?.focus()
  return (
    <Row
      kind="danger"
      title={text.settle.field(name)}
      actions={
        <Button small variant="quiet" onClick={goThere}>
          {text.settle.goThere}
        </Button>
      }
    >
      {problem}
    </Row>
  )
}

interface ProblemRowProps {
  readonly draft: Draft
  readonly plan: PublishPlan
  readonly problem: Problem
}

function ProblemRow({ draft, plan, problem: { problem, fix, path } }: ProblemRowProps) {
  const intoFolder = fix?.startsWith('Put everything') === true
  const act = (change: (fields: PublishFields) => PublishFields) => (event: MouseEvent<HTMLElement>) => {
    moveOn(event)
    editDraft(draft.path, change, { now: true })
  }
  return (
    <Row
      kind="danger"
      title={problem}
      longActions={intoFolder}
      actions={
        <>
          {intoFolder && (
            <Button small onClick={act((fields) => ({ ...fields, insideFolder: plan.info.name }))}>
              {fix}
            </Button>
          )}
          {path !== undefined && (
            <Button small variant={intoFolder ? 'quiet' : 'default'} onClick={act((each) => leaveOut(each, path))}>
              {text.leaveItOut}
            </Button>
          )}
        </>
      }
    >
      {intoFolder || path !== undefined ? undefined : fix}
    </Row>
  )
}

interface WarningRowProps {
  readonly draft: Draft
  readonly warnings: readonly Warning[]
  /** What is in a package file can't be left out. */
  readonly isFolder: boolean
}

function WarningRow({ draft, warnings, isFolder }: WarningRowProps) {
  const [first] = warnings
  if (first === undefined) return null
  const isSecret = first.kind === 'secret'
  const paths = warnings.flatMap(({ path }) => path ?? [])
  const isOne = warnings.length === 1
  const settle = (event: MouseEvent<HTMLElement>) => {
    moveOn(event)
    for (const warning of warnings) settleWarning(draft.path, warningKey(warning))
  }
  const leaveAllOut = (event: MouseEvent<HTMLElement>) => {
    moveOn(event)
    editDraft(draft.path, (fields) => paths.reduce(leaveOut, fields), { now: true })
  }
  return (
    <Row
      kind={isSecret ? 'danger' : isNote(first) ? 'info' : 'warn'}
      title={titleOf(warnings)}
      actions={
        isSecret ? (
          <>
            {isFolder && (
              <Button small onClick={leaveAllOut}>
                {isOne ? text.leaveItOut : text.leaveThemOut}
              </Button>
            )}
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
      {first.kind === 'secret' && !isFolder && `${text.insideFile} `}
      {first.kind === 'runs-code' ? (
        <Imports warnings={warnings} />
      ) : isOne ? (
        text.why(first)
      ) : (
        `${text.moreFiles(warnings.slice(0, namesShown).map(text.placeOf), paths.length - namesShown)} ${text.warningWhy[first.kind] ?? ''}`
      )}
    </Row>
  )
}

/** What pickles ask for when they are loaded, by file where there are several. It is for people to judge, and proof of nothing. */
function Imports({ warnings }: { readonly warnings: readonly Warning[] }) {
  const [all, setAll] = useState(false)
  const isOne = warnings.length === 1
  const shown = all ? warnings : warnings.slice(0, namesShown)
  const hidden =
    warnings.length -
    shown.length +
    shown.reduce((sum, { imports }) => sum + Math.max(0, (imports?.names.length ?? 0) - importsShown), 0)
  return (
    <>
      {shown.map(({ path, imports }) => (
        <span key={path} className="imports">
          {text.imports(imports, all ? Infinity : importsShown, isOne ? undefined : nameOf(path))}
        </span>
      ))}
      {!all && hidden > 0 && (
        <Button variant="link" className="small" onClick={() => setAll(true)}>
          {text.showImports}
        </Button>
      )}
      <span className="imports">{text.warningWhy['runs-code']}</span>
    </>
  )
}
