import './transfers.css'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowLeft, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { type KeyboardEvent, useId, useMemo, useState } from 'react'
import { create } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { isEnded, isRunning, versionOf } from '../../../shared/model/transfer-standing.ts'
import { client } from '../../ipc/link.ts'
import { revealPath } from '../../shell/reveal-path.ts'
import { goTo } from '../../state/navigation.ts'
import { useSettings } from '../../state/settings.ts'
import { fetchTransfers, runsElsewhere, useTransfers } from '../../state/transfers.ts'
import { useListingOfOthers } from '../../state/transfers-elsewhere.ts'
import { transfersText as text } from '../../text/transfers.ts'
import { formatCount } from '../../text/units.ts'
import { BoneRows } from '../../ui/bones.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Foot } from '../../ui/foot.tsx'
import { Inspector } from '../../ui/inspector.tsx'
import { Page } from '../../ui/page.tsx'
import { type RowCommand, rowCommandOf } from '../../ui/row-keys.ts'
import { type Selection, useSelection } from '../../ui/selection.ts'
import { SelectionBar, SelectionPanel } from '../../ui/selection-panel.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useEscape } from '../../ui/use-escape.ts'
import { useFocusAlong } from '../../ui/use-focus-handover.ts'
import { useRowKeys } from '../../ui/use-row-keys.ts'
import { VirtualBlock } from '../../ui/virtual-block.tsx'
import { type ChosenTransfers, chooseTransfers } from './chosen-transfers.ts'
import { LimitMenu } from './limit-menu.tsx'
import {
  canMove,
  canPause,
  canResume,
  canRetry,
  canTryNow,
  moveUp,
  pauseAll,
  pauseOrResume,
  resumeAll,
  retry,
  showPackage,
} from './transfer-actions.ts'
import { TransferDetail } from './transfer-inspector.tsx'
import { TransferRow } from './transfer-row.tsx'

const rowsPerPage = 8
/** px, of one that waits or has ended; one with a bar is higher. */
const rowHeight = 56
const idOf = ({ id }: Transfer): string => id

export function TransfersPage({ selectedId }: { readonly selectedId?: string }) {
  const { load, order, byId } = useTransfers(
    useShallow(({ load: state, order: ids, byId: transfers }) => ({ load: state, order: ids, byId: transfers })),
  )
  const narrow = useMediaQuery('(max-width: 1080px)', undefined, { getInitialValueInEffect: false }) ?? false
  const [opened, setOpened] = useState(narrow && selectedId !== undefined)
  const action = useAction()
  const run = (work: () => Promise<unknown>) => void action.run(work)
  const all = useMemo(() => order.flatMap((id) => byId[id] ?? []), [order, byId])
  const selected = (selectedId === undefined ? undefined : byId[selectedId]) ?? (narrow ? undefined : all[0])
  const shown = opened ? selected : undefined
  const inspectorOpen = useInspector((state) => state.isOpen)
  const inspects = !narrow && inspectorOpen
  useListingOfOthers(all.some(runsElsewhere))
  const idsInOrder = useMemo(
    () => [true, false].flatMap((ended) => order.filter((id) => byId[id] && isEnded(byId[id].state) !== ended)),
    [order, byId],
  )
  const selection = useSelection(idsInOrder, selected?.id, select)
  const several = all.filter(({ id }) => selection.keys.has(id))
  const chosen = several.length > 1 ? chooseTransfers(several, run) : undefined

  const back = () => setOpened(false)
  useFocusAlong(shown !== undefined)
  useEscape(() => {
    if (shown !== undefined) back()
    return shown !== undefined
  })
  return (
    <Page
      label={text.title}
      bar={
        <>
          {shown !== undefined && <IconButton label={text.back} icon={IconArrowLeft} onClick={back} />}
          <h1>{text.title}</h1>
          <Throughput />
          <span className="push" />
          <LimitMenu run={run} />
          <AllButton transfers={all} run={run} />
        </>
      }
    >
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      <div className="body">
        {shown !== undefined ? (
          <section className="scroll transfer-page" tabIndex={-1} data-pane-focus="transfer">
            <TransferDetail transfer={shown} run={run} onShow={() => run(() => showResult(shown))} />
          </section>
        ) : (
          <section className="main">
            {load.kind === 'failed' && all.length === 0 ? (
              <div className="error-page">
                <ErrorPanel
                  error={load.error}
                  actions={<Button onClick={() => void fetchTransfers()}>{text.retry}</Button>}
                />
              </div>
            ) : load.kind === 'loading' ? (
              <BoneRows row="job" cells={[undefined]} />
            ) : all.length === 0 ? (
              <EmptyState
                title={text.emptyTitle}
                action={
                  <Button variant="primary" onClick={() => goTo({ page: 'browse' })}>
                    {text.emptyAction}
                  </Button>
                }
              >
                {text.emptyText}
              </EmptyState>
            ) : (
              <TransferList
                transfers={all}
                selectedId={selected?.id}
                selection={selection}
                chosen={chosen}
                onOpen={(id) => {
                  select(id)
                  setOpened(true)
                }}
                onInspect={narrow ? undefined : () => useInspector.setState({ isOpen: !inspectorOpen })}
                run={run}
              />
            )}
            {!inspects && chosen !== undefined && <SelectionBar title={chosen.title} actions={chosen.actions} />}
            <TransfersFoot hasRows={all.length > 0} inspects={narrow ? undefined : inspects} chosen={chosen?.title} />
          </section>
        )}
        {inspects && shown === undefined && selected !== undefined && (
          <Inspector label={chosen?.title ?? text.title}>
            {chosen === undefined ? (
              <TransferDetail transfer={selected} run={run} onShow={() => run(() => showResult(selected))} />
            ) : (
              <SelectionPanel {...chosen} more={text.chosenMore} />
            )}
          </Inspector>
        )}
      </div>
    </Page>
  )
}

/** Shown or hidden, also after another page was looked at. */
const useInspector = create<{ readonly isOpen: boolean }>(() => ({ isOpen: true }))

const select = (id: string) => goTo({ page: 'transfers', transferId: id }, { replace: true })

/** Where the result is: the installed folder, or the published package. */
async function showResult(transfer: Transfer): Promise<void> {
  const { kind, libraryId, outcome } = transfer
  if (outcome?.path !== undefined && kind !== 'publish') return revealPath(outcome.path)
  const ref = versionOf(transfer)
  if (kind === 'publish') return showPackage(transfer, ref.version)
  await revealPath((await client.installed.path({ libraryId, spec: specOf(ref) })).path)
}

/** Which way its bytes go over the line now; none where it reads only this computer. */
function wayOf(transfer: Transfer): 'down' | 'up' | undefined {
  const { kind, state, connectionId } = transfer
  if (!isRunning(state) || runsElsewhere(transfer)) return undefined
  if (kind === 'publish') return 'up'
  if (kind === 'install') return 'down'
  return state.kind === 'transferring' && connectionId !== undefined ? 'down' : undefined
}

function Throughput() {
  const [down, up] = useTransfers(
    useShallow(({ byId, progressById }) => {
      const speeds = { down: 0, up: 0 }
      for (const transfer of Object.values(byId)) {
        const way = wayOf(transfer)
        if (way !== undefined) speeds[way] += progressById[transfer.id]?.bytesPerSecond ?? 0
      }
      return [speeds.down, speeds.up]
    }),
  )
  const running = useTransfers(({ byId }) => Object.values(byId).some(({ state }) => isRunning(state)))
  return running ? <span className="t3 num narrow-hide">{text.throughput(down ?? 0, up ?? 0)}</span> : null
}

function AllButton({
  transfers,
  run,
}: {
  readonly transfers: readonly Transfer[]
  readonly run: (work: () => Promise<unknown>) => void
}) {
  if (transfers.some(canPause)) {
    return (
      <Button small variant="quiet" icon={IconPlayerPause} onClick={() => run(pauseAll)}>
        {text.pauseAll}
      </Button>
    )
  }
  if (!transfers.some(canResume)) return null
  return (
    <Button small variant="quiet" icon={IconPlayerPlay} onClick={() => run(resumeAll)}>
      {text.resumeAll}
    </Button>
  )
}

interface TransfersFootProps {
  readonly hasRows: boolean
  /** Absent where there is no room for the inspector. */
  readonly inspects?: boolean
  readonly chosen?: string
}

function TransfersFoot({ hasRows, inspects, chosen }: TransfersFootProps) {
  const atOnce = useSettings(({ settings }) => settings.transfersAtOnce)
  const singleKeys = useSettings(({ settings }) => settings.singleKeys)
  const { pause, retry: again, move, open, show, hide } = text.hints
  const single = [
    { keys: ['P'], does: pause },
    { keys: ['R'], does: again },
  ]
  const hints = [
    { keys: ['↵'], does: open },
    ...(inspects === undefined ? [] : [{ keys: ['Space'], does: inspects ? hide : show }]),
    ...(singleKeys ? single : []),
    { keys: ['Alt', '↑', '↓'], does: move },
  ]
  return <Foot hints={hasRows ? hints : []}>{chosen ?? text.atOnce(atOnce)}</Foot>
}

interface TransferListProps {
  readonly transfers: readonly Transfer[]
  readonly selectedId?: string
  readonly selection: Selection
  /** While several are chosen. */
  readonly chosen?: ChosenTransfers
  readonly onOpen: (id: string) => void
  /** Shows or hides the inspector, where there is room for it. */
  readonly onInspect?: () => void
  readonly run: (work: () => Promise<unknown>) => void
}

/** Now and Earlier: two groups of rows, one stop of Tab; the arrows move the selection through both. */
function TransferList({ transfers, selectedId, selection, chosen, onOpen, onInspect, run }: TransferListProps) {
  const id = useId()
  const [grid, setGrid] = useState<HTMLDivElement | null>(null)
  const singleKeys = useSettings(({ settings }) => settings.singleKeys)
  const now = useMemo(() => transfers.filter(({ state }) => !isEnded(state)), [transfers])
  const earlier = useMemo(() => transfers.filter(({ state }) => isEnded(state)), [transfers])
  const inOrder = [...now, ...earlier]
  const index = inOrder.findIndex((transfer) => transfer.id === selectedId)
  const selected = inOrder[index]
  const { activeIndex, choose, take } = useRowKeys({
    ...{ items: inOrder, keyOf: idOf, selectedIndex: index, selection },
    perPage: () => rowsPerPage,
  })
  const active = inOrder[activeIndex]
  const activeId = active?.id

  const act = (command: RowCommand | undefined): boolean => {
    if (selected === undefined) return false
    const next = now[index + 1]
    if (command === 'inspect') {
      onInspect?.()
      return true
    }
    if (chosen !== undefined) return chosen.act(command)
    switch (command) {
      case 'pause':
        run(() => pauseOrResume(selected))
        return true
      case 'retry':
        if (!canRetry(selected) && !canTryNow(selected)) return false
        run(() => retry(selected))
        return true
      case 'move-up':
        if (canMove(selected)) run(() => moveUp(selected))
        return true
      case 'move-down':
        if (canMove(selected) && next !== undefined && canMove(next)) run(() => moveUp(next))
        return true
      case 'open-folder':
        if (selected.state.kind === 'done') run(() => showResult(selected))
        return selected.state.kind === 'done'
      default:
        return false
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== grid) return
    if (take(event)) event.preventDefault()
    else if (event.key === 'Enter' && active) {
      event.preventDefault()
      onOpen(active.id)
    } else if (act(rowCommandOf(event, singleKeys))) event.preventDefault()
  }

  // A group's title is a row, too.
  const earlierRow = now.length === 0 ? 1 : now.length + 2
  const rowOf = (transfer: Transfer, at: number, group: readonly Transfer[]) => (
    <TransferRow
      transfer={transfer}
      rowIndex={(group === now ? 1 : earlierRow) + at + 1}
      rowId={`${id}-${transfer.id}`}
      selected={selection.keys.has(transfer.id)}
      isActive={transfer.id === activeId}
      next={group[at + 1]}
      after={transfer.state.kind === 'queued' ? aheadOf(group, at)?.title : undefined}
      onSelect={(how) => choose(transfer, how)}
      onOpen={() => onOpen(transfer.id)}
      onShow={() => run(() => showResult(transfer))}
      run={run}
    />
  )
  // Thousands may wait.
  const block = (group: readonly Transfer[], active: number) => (
    <VirtualBlock
      scroller={grid}
      items={group}
      keyOf={idOf}
      rowHeight={rowHeight}
      measured
      renderRow={(transfer, at) => rowOf(transfer, at, group)}
      activeIndex={active}
    />
  )
  return (
    // biome-ignore lint/a11y/useSemanticElements: two groups of rows with one roving stop
    <div
      ref={setGrid}
      className="list jobs"
      role="grid"
      aria-label={text.title}
      aria-multiselectable="true"
      aria-rowcount={earlier.length === 0 ? earlierRow - 1 : earlierRow + earlier.length}
      aria-activedescendant={activeId && `${id}-${activeId}`}
      tabIndex={0}
      data-pane-focus="list"
      onKeyDown={onKeyDown}
    >
      {now.length > 0 && (
        <Group title={text.now} rowIndex={1} count={now.length}>
          {block(now, activeIndex < now.length ? activeIndex : -1)}
        </Group>
      )}
      {earlier.length > 0 && (
        <Group
          title={text.earlier}
          rowIndex={earlierRow}
          end={
            earlier.some(({ state }) => state.kind !== 'failed') && (
              <Button
                small
                variant="quiet"
                className="push"
                onClick={() => run(() => client.transfers.clearHistory({}))}
              >
                {text.clearHistory}
              </Button>
            )
          }
        >
          {block(earlier, activeIndex - now.length)}
        </Group>
      )}
    </div>
  )
}

/** The one that a queued transfer waits for: the nearest before it that isn't paused. */
const aheadOf = (group: readonly Transfer[], at: number): Transfer | undefined =>
  group.slice(0, at).findLast(({ state }) => state.kind !== 'paused')

interface GroupProps {
  readonly title: string
  readonly rowIndex: number
  readonly count?: number
  readonly end?: React.ReactNode
  readonly children: React.ReactNode
}

const Group = ({ title, rowIndex, count, end, children }: GroupProps) => (
  // biome-ignore lint/a11y/useSemanticElements: as above
  <div role="rowgroup" aria-label={title}>
    {/* biome-ignore lint/a11y/useSemanticElements: as above */}
    {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
    <div role="row" aria-rowindex={rowIndex} aria-label={title} className="group-row">
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <div role="gridcell" className="group-title">
        {title}
        {count !== undefined && <span className="n">{formatCount(count)}</span>}
        {end}
      </div>
    </div>
    {children}
  </div>
)
