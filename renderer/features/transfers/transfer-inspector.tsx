import { IconFolder, IconPlayerPause, IconPlayerPlay, IconRefresh } from '@tabler/icons-react'
import { fromWire } from '../../../shared/errors.ts'
import type { Progress, Transfer } from '../../../shared/model/transfer.ts'
import { isEnded, isRunning } from '../../../shared/model/transfer-standing.ts'
import { useConnection } from '../../state/connections.ts'
import { useInstalled } from '../../state/installed.ts'
import { goTo } from '../../state/navigation.ts'
import { askInstalledPage } from '../../state/page-request.ts'
import { runsElsewhere, standsStill, useProgress } from '../../state/transfers.ts'
import { viewError } from '../../text/error-view.ts'
import { transferTitle } from '../../text/transfer-states.ts'
import { bytesLine, transfersText as text, wordsOf } from '../../text/transfers.ts'
import { formatExactTime, formatWhen } from '../../text/units.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Size } from '../../ui/figures.tsx'
import { Facts } from '../../ui/inspector.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { useMinute } from '../../ui/use-minute.ts'
import { useNow } from '../../ui/use-now.ts'
import { SpeedSpark } from './speed-spark.tsx'
import {
  canCancel,
  cancel,
  canDiscard,
  canPause,
  canResume,
  canRetry,
  needsOther,
  pause,
  resume,
  retry,
  showPackage,
} from './transfer-actions.ts'
import { TransferFiles } from './transfer-files.tsx'
import { StateWord, ticks } from './transfer-row.tsx'

interface DetailProps {
  readonly transfer: Transfer
  readonly run: (work: () => Promise<unknown>) => void
  readonly onShow: () => void
}

/** What the inspector, or the page of a narrow window, says of a transfer: an error where it waits or failed, else its figures. */
export function TransferDetail(props: DetailProps) {
  const { state } = props.transfer
  if (state.kind === 'failed') return <TransferFailure {...props} />
  if (state.kind === 'paused' && state.error !== undefined) return <TransferFailure {...props} />
  return <TransferFigures {...props} />
}

function TransferFigures({ transfer, run, onShow }: DetailProps) {
  const progress = useProgress(transfer.id) ?? transfer.progress
  const connection = useConnection(transfer.connectionId)
  const library = useInstalled(({ libraries }) => libraries.find(({ id }) => id === transfer.libraryId))
  const nowMs = useNow(ticks(transfer))
  const words = wordsOf(transfer, { nowMs, progress })
  const { state, kind } = transfer
  const elsewhere = runsElsewhere(transfer)
  const isAtStore = kind === 'publish' || transfer.libraryId === undefined
  const to =
    kind === 'publish'
      ? connection && text.toConnection(connection.name)
      : transfer.file !== undefined
        ? (kind === 'move' ? text.toFolder : text.toFile)(transfer.file)
        : library && kind === 'install' && !isEnded(state)
          ? text.toLibrary(library.name)
          : library?.name
  return (
    <>
      <div>
        <h2 className="aside-title">{transferTitle(transfer)}</h2>
        <p className="t2">{isEnded(state) ? bytesLine(transfer, progress) : to}</p>
        {!isEnded(state) && (state.kind !== 'transferring' || progress.again !== undefined) && (
          <p className="t2 num aside-state">
            <StateWord transfer={transfer} words={words} />
            {`. ${words.detail}`}
          </p>
        )}
        {transfer.readOnly && <p className="small t3">{text.readOnly}</p>}
      </div>
      {!isEnded(state) && !elsewhere && progress.totalBytes > 0 && <Layers transfer={transfer} progress={progress} />}
      {isRunning(state) && !elsewhere && <SpeedSpark id={transfer.id} bytesPerSecond={progress.bytesPerSecond} />}
      {isEnded(state) && (
        <Facts
          facts={[
            { label: text.facts.state, value: words.word },
            { label: text.facts.ended, value: transfer.endedAtMs && <When ms={transfer.endedAtMs} /> },
            { label: text.facts.started, value: <When ms={transfer.createdAtMs} /> },
            {
              label: isAtStore ? text.facts.connection : text.facts.library,
              value: isAtStore ? connection?.name : library?.name,
            },
            { label: text.facts.wire, value: transfer.wireBytes > 0 && <Size bytes={transfer.wireBytes} /> },
            {
              label: kind === 'export' ? text.facts.file : text.facts.folder,
              value: transfer.outcome?.path && <code>{transfer.outcome.path}</code>,
            },
          ]}
        />
      )}
      <TransferFiles key={transfer.id} transfer={transfer} />
      <div className="row aside-actions">
        {canPause(transfer) && (
          <Button icon={IconPlayerPause} onClick={() => run(() => pause(transfer))}>
            {text.pause}
          </Button>
        )}
        {canResume(transfer) && (
          <Button icon={IconPlayerPlay} variant="primary" onClick={() => run(() => resume(transfer))}>
            {text.resume}
          </Button>
        )}
        {canRetry(transfer) && (
          <Button icon={IconRefresh} onClick={() => run(() => retry(transfer))}>
            {text.retry}
          </Button>
        )}
        {state.kind === 'done' && (
          <Button icon={kind === 'publish' ? undefined : IconFolder} onClick={onShow}>
            {kind === 'publish' ? text.showPackage : text.openFolder}
          </Button>
        )}
        {canCancel(transfer) && (
          <Button variant="quiet" danger onClick={() => run(() => cancel(transfer))}>
            {text.cancel}
          </Button>
        )}
      </div>
    </>
  )
}

function When({ ms }: { readonly ms: number }) {
  useMinute()
  return <span title={formatExactTime(ms)}>{formatWhen(ms)}</span>
}

function Layers({ transfer, progress }: { readonly transfer: Transfer; readonly progress: Progress }) {
  const { settledBytes, receivedBytes, totalBytes } = progress
  const isPublish = transfer.kind === 'publish'
  return (
    <div>
      <ProgressBar
        {...progress}
        size="m"
        still={standsStill(transfer.state)}
        name={transferTitle(transfer)}
        label={text.layers(progress)}
      />
      <dl className="sums small">
        <dt>
          <span className="key">{isPublish ? text.confirmed : text.verified}</span>
        </dt>
        <dd>
          <Size bytes={settledBytes} />
        </dd>
        <dt>
          <span className="key half">{isPublish ? text.sentNotConfirmed : text.receivedNotVerified}</span>
        </dt>
        <dd>
          <Size bytes={receivedBytes - settledBytes} />
        </dd>
        <dt>
          <span className="key none">{text.stillToCome}</span>
        </dt>
        <dd>
          <Size bytes={totalBytes - receivedBytes} />
        </dd>
      </dl>
    </div>
  )
}

/** What happened, what is safe, what to do; with the one button that does it. */
function TransferFailure({ transfer, run }: DetailProps) {
  const { state, connectionId } = transfer
  if (state.kind !== 'failed' && state.kind !== 'paused') return null
  if (state.error === undefined) return null
  const error = fromWire(state.error)
  const { remedy } = viewError(error)
  const againWord = state.kind === 'failed' ? text.retry : text.resume
  return (
    <ErrorPanel
      error={error}
      context={transferTitle(transfer)}
      title={state.kind === 'paused' ? text.pausedTitle(state.reason, transfer.kind) : text.failedTitle[transfer.kind]}
      actions={
        <>
          {remedy === 'free-space' && (
            <Button variant="primary" onClick={() => askInstalledPage('free-up', transfer.libraryId)}>
              {text.freeUpSpace}
            </Button>
          )}
          {remedy === 'connection' && connectionId !== undefined && (
            <Button
              variant="primary"
              onClick={() => goTo({ page: 'settings', section: 'connections', item: connectionId })}
            >
              {text.lookAtConnection}
            </Button>
          )}
          {needsOther(transfer) ? (
            <Button variant="primary" onClick={() => run(() => showPackage(transfer))}>
              {text.otherVersions}
            </Button>
          ) : (
            <Button
              variant={remedy === 'retry' ? 'primary' : 'default'}
              icon={IconRefresh}
              onClick={() => run(() => resume(transfer))}
            >
              {againWord}
            </Button>
          )}
          {canCancel(transfer) && (
            <Button variant="quiet" danger onClick={() => run(() => cancel(transfer))}>
              {text.cancel}
            </Button>
          )}
          {canDiscard(transfer) && (
            <Button variant="quiet" danger onClick={() => run(() => cancel(transfer))}>
              {text.discardOne(transfer.progress.receivedBytes)}
            </Button>
          )}
        </>
      }
    />
  )
}
