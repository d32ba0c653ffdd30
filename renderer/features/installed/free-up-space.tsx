import { Checkbox } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { DiskUsage, InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import { useApps } from '../../state/settings.ts'
import { installedText as text } from '../../text/installed.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import {
  type CleanUpPlan,
  chosenAtFirst,
  type Proposal,
  type ProposalKind,
  planCleanUp,
  sumCleanUp,
} from './clean-up.ts'
import { cleanUp } from './installed-actions.ts'

const words = text.freeUp

export interface CleanUp {
  readonly plan: CleanUpPlan
  readonly chosen: ReadonlySet<ProposalKind>
  readonly toggle: (kind: ProposalKind) => void
}

/** What could go and what is ticked. A person's ticks stay while the figures change. */
export function useCleanUp(
  usage: DiskUsage | undefined,
  installed: readonly InstalledVersion[],
  trash: readonly TrashEntry[],
): CleanUp | undefined {
  const apps = useApps()
  const [flipped, setFlipped] = useState<ReadonlySet<ProposalKind>>(new Set())
  const plan = useMemo(
    () => (usage === undefined ? undefined : planCleanUp(usage, installed, trash, apps)),
    [usage, installed, trash, apps],
  )
  if (plan === undefined) return undefined
  const atFirst = chosenAtFirst(plan)
  const kinds = plan.proposals.map(({ kind }) => kind)
  const chosen = new Set(kinds.filter((kind) => atFirst.has(kind) !== flipped.has(kind)))
  const toggle = (kind: ProposalKind) =>
    setFlipped((before) => new Set(before.has(kind) ? [...before].filter((each) => each !== kind) : [...before, kind]))
  return { plan, chosen, toggle }
}

/** What stands below the title: a promise about the button where there is one. Nothing before the disk is measured. */
export const sayOf = (cleaning: CleanUp | undefined): string | undefined =>
  cleaning && (cleaning.plan.proposals.length > 0 ? words.promise : words.nothing)

export function Proposals({ cleaning }: { readonly cleaning: CleanUp }) {
  const { plan, chosen, toggle } = cleaning
  if (plan.proposals.length === 0) return null
  return (
    <div>
      {plan.proposals.map((proposal) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is inside
        <label className="pick" key={proposal.kind}>
          <Checkbox
            checked={chosen.has(proposal.kind)}
            onChange={() => toggle(proposal.kind)}
            aria-label={words.names[proposal.kind]}
          />
          <span>
            <span className="line1 strong">{words.names[proposal.kind]}</span>
            <span className="small t3 pick-why">{whyOf(proposal, plan)}</span>
          </span>
          <Size bytes={proposal.bytes} />
        </label>
      ))}
    </div>
  )
}

function whyOf({ kind, count }: Proposal, plan: CleanUpPlan): string {
  switch (kind) {
    case 'older':
      return words.older(count, plan.keptTitles, plan.needed)
    case 'cache':
      return words.cache
    case 'unfinished':
      return words.unfinished
    case 'trash':
      return words.trash(count, plan.trashDaysLeft)
  }
}

interface CleanUpButtonProps {
  readonly libraryId: string
  readonly usage: DiskUsage
  readonly cleaning: CleanUp
  readonly busy: boolean
  readonly run: (work: () => Promise<unknown>) => void
  readonly onDone?: () => void
}

/** What is free now and afterwards, and the one button. */
export function CleanUpFoot({ libraryId, usage, cleaning, busy, run, onDone }: CleanUpButtonProps) {
  const { plan, chosen } = cleaning
  if (plan.proposals.length === 0) return null
  const sums = sumCleanUp(plan, usage, chosen)
  const explained = [
    chosen.has('older') ? words.explain.older : '',
    chosen.has('cache') || chosen.has('unfinished') ? words.explain['at-once'] : '',
    chosen.has('trash') ? words.explain.trash : '',
  ].filter(Boolean)
  const press = async () => {
    await cleanUp(libraryId, plan, chosen, sums.touchedBytes)
    onDone?.()
  }
  return (
    <div className="clean-up-foot">
      <dl className="sums num">
        <dt>{words.freeNow}</dt>
        <dd>
          <Size bytes={sums.freeNowBytes} figures={4} />
        </dd>
        <dt>{words.freeAfter}</dt>
        <dd className="strong">
          <Size bytes={sums.freeAfterBytes} figures={4} />
        </dd>
        <dt>{words.freeWhenEmptied}</dt>
        <dd>
          <Size bytes={sums.freeWhenTrashEmptiedBytes} figures={4} />
        </dd>
      </dl>
      <Button wide disabled={sums.touchedBytes === 0 || busy} onClick={() => run(press)}>
        {busy ? words.cleaning : words.cleanUp(sums.touchedBytes)}
      </Button>
      {explained.length > 0 && <p className="small t3">{explained.join(' ')}</p>}
    </div>
  )
}
