import {
  IconArrowDown,
  IconArrowUp,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconDeviceDesktop,
  IconFolder,
  IconHourglass,
  IconKey,
  IconPackage,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconX,
} from '@tabler/icons-react'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { isEnded } from '../../../shared/model/transfer-standing.ts'
import { runsElsewhere, standsStill, useProgress } from '../../state/transfers.ts'
import { transferTitle } from '../../text/transfer-states.ts'
import { bytesLine, type TransferWords, transfersText, wordsOf } from '../../text/transfers.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { rowPartIds } from '../../ui/list.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Ring } from '../../ui/ring.tsx'
import { type Choice, choiceOf } from '../../ui/selection.ts'
import { useNow } from '../../ui/use-now.ts'
import {
  canCancel,
  cancel,
  canMove,
  canPause,
  canResume,
  canRetry,
  canTryNow,
  moveUp,
  pause,
  resume,
  retry,
} from './transfer-actions.ts'

interface TransferRowProps {
  readonly transfer: Transfer
  /** In the grid, from 1. */
  readonly rowIndex: number
  readonly rowId: string
  readonly selected: boolean
  /** The one below it. */
  readonly next?: Transfer
  /** The one that the arrows stand on. */
  readonly isActive: boolean
  /** Title of the transfer before it in the queue. */
  readonly after?: string
  readonly onSelect: (how: Choice) => void
  readonly onOpen: () => void
  readonly run: (work: () => Promise<unknown>) => void
  /** Shows what came of it: the installed folder, or the package. */
  readonly onShow: () => void
}

/** True while words of this state have a clock in them. */
export const ticks = ({ state }: Transfer): boolean => state.kind === 'stalled' || state.kind === 'reconnecting'

export function TransferRow({
  transfer,
  rowIndex,
  rowId,
  selected,
  next,
  isActive,
  after,
  onSelect,
  onOpen,
  run,
  onShow,
}: TransferRowProps) {
  const progress = useProgress(transfer.id) ?? transfer.progress
  const nowMs = useNow(ticks(transfer))
  const words = wordsOf(transfer, { nowMs, progress, ...(after === undefined ? {} : { after }) })
  const line = bytesLine(transfer, progress)
  const title = transferTitle(transfer)
  const ids = rowPartIds(rowId)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    // biome-ignore lint/a11y/useSemanticElements: two groups of rows with one roving stop
    <div
      id={rowId}
      className={selected ? 'job is-on' : 'job'}
      role="row"
      aria-rowindex={rowIndex}
      aria-labelledby={`${ids.name} ${ids.state}`}
      aria-selected={selected}
      data-lead={isActive || undefined}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
      onClick={(event) => onSelect(choiceOf(event))}
      onDoubleClick={onOpen}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <span role="gridcell" className="job-glyph">
        <TransferGlyph transfer={transfer} />
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <span role="gridcell">
        <span className="line1">
          <span id={ids.name} className="name">
            {title}
          </span>
        </span>
        {showsBar(transfer) && (
          <ProgressBar {...progress} still={standsStill(transfer.state)} name={title} label={line} />
        )}
        <span className="line2 num">{line}</span>
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <span role="gridcell" className="num">
        <span id={ids.state} className="line1">
          <StateWord transfer={transfer} words={words} />
        </span>
        <span className="line2" title={words.detail}>
          {words.detail}
        </span>
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <span role="gridcell" className="job-actions">
        <RowActions transfer={transfer} next={next} run={run} onShow={onShow} />
      </span>
    </div>
  )
}

const showsBar = (transfer: Transfer): boolean => hasBar(transfer) && !runsElsewhere(transfer)
const hasBar = ({ state, progress }: Transfer): boolean =>
  !isEnded(state) && (state.kind !== 'queued' || progress.receivedBytes > 0) && progress.totalBytes > 0

/** Ring while bytes count, else what it stands for, at 20 px. */
export function TransferGlyph({ transfer }: { readonly transfer: Transfer }) {
  const progress = useProgress(transfer.id) ?? transfer.progress
  const { state } = transfer
  switch (state.kind) {
    case 'queued':
      return <Icon of={IconClock} size={20} className="t3" />
    case 'done':
      return <Icon of={IconCircleCheck} size={20} className="is-ok" />
    case 'failed':
      return <Icon of={IconCircleX} size={20} className="is-danger" />
    case 'cancelled':
      return <Icon of={IconX} size={20} className="t3" />
    case 'paused':
      if (state.reason === 'sign-in') return <Icon of={IconKey} size={20} className="t2" />
      break
    default:
  }
  if (runsElsewhere(transfer)) return <Icon of={IconDeviceDesktop} size={20} className="t3" />
  const total = Math.max(1, progress.totalBytes)
  return (
    <Ring
      state="transferring"
      settled={progress.settledBytes / total}
      received={progress.receivedBytes / total}
      still={standsStill(state)}
    />
  )
}

const stateIcons = { stalled: IconHourglass, reconnecting: IconRefresh, paused: IconPlayerPause } as const

/** The state as a word, with a shape where it does not simply go on. */
export function StateWord({ transfer, words }: { readonly transfer: Transfer; readonly words: TransferWords }) {
  const icon = stateIcons[transfer.state.kind as keyof typeof stateIcons]
  if (icon === undefined) return <>{words.word}</>
  return (
    <span className={words.tone === 'plain' ? 'status' : `status ${words.tone}`}>
      <Icon of={icon} />
      {words.word}
    </span>
  )
}

function RowActions({ transfer, next, run, onShow }: Pick<TransferRowProps, 'transfer' | 'next' | 'run' | 'onShow'>) {
  const { state } = transfer
  const press = (work: (transfer: Transfer) => Promise<unknown>) => () => run(() => work(transfer))
  const ofTitle = (verb: string) => `${verb} ${transferTitle(transfer)}`
  if (canRetry(transfer)) {
    return (
      <Button small onClick={press(retry)} aria-label={ofTitle(transfersText.retry)}>
        {transfersText.retry}
      </Button>
    )
  }
  if (state.kind === 'done') {
    return (
      <IconButton
        label={ofTitle(transfersText.show)}
        icon={transfer.kind === 'publish' ? IconPackage : IconFolder}
        onClick={onShow}
      />
    )
  }
  return (
    <>
      {canMove(transfer) && (
        <>
          <IconButton label={ofTitle(transfersText.moveUp)} icon={IconArrowUp} onClick={press(moveUp)} />
          {next !== undefined && canMove(next) && (
            <IconButton
              label={ofTitle(transfersText.moveDown)}
              icon={IconArrowDown}
              onClick={() => run(() => moveUp(next))}
            />
          )}
        </>
      )}
      {canTryNow(transfer) && (
        <IconButton label={ofTitle(transfersText.tryNow)} icon={IconRefresh} onClick={press(resume)} />
      )}
      {canPause(transfer) && state.kind !== 'queued' && (
        <IconButton label={ofTitle(transfersText.pause)} icon={IconPlayerPause} onClick={press(pause)} />
      )}
      {canResume(transfer) && (
        <IconButton label={ofTitle(transfersText.resume)} icon={IconPlayerPlay} onClick={press(resume)} />
      )}
      {canCancel(transfer) && <IconButton label={ofTitle(transfersText.cancel)} icon={IconX} onClick={press(cancel)} />}
    </>
  )
}
