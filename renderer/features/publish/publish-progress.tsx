import {
  IconArrowUp,
  IconCheck,
  IconCircle,
  IconCircleCheck,
  IconCircleDot,
  IconClock,
  IconPackageExport,
  IconPlayerPause,
  IconPlayerPlay,
  IconX,
} from '@tabler/icons-react'
import { Fragment } from 'react'
import { fromWire } from '../../../shared/errors.ts'
import { formatPackageLink } from '../../../shared/model/package-link.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { versionOf } from '../../../shared/model/transfer-standing.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { pickAndPublish } from '../../shell/pick-actions.ts'
import { useConnection } from '../../state/connections.ts'
import { askInstall } from '../../state/install-request.ts'
import { standsStill, useProgress } from '../../state/transfers.ts'
import { installCommandOf } from '../../text/install-command.ts'
import { publishText } from '../../text/publish.ts'
import { bytesText, transferTitle } from '../../text/transfer-states.ts'
import { transfersText, wordsOf } from '../../text/transfers.ts'
import { formatClock } from '../../text/units.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Message } from '../../ui/message.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Ring } from '../../ui/ring.tsx'
import { useNow } from '../../ui/use-now.ts'
import { cancel, moveUp, pause, resume, showPackage } from '../transfers/transfer-actions.ts'
import { forgetStarted } from './publish-drafts.ts'

const text = publishText.progress

type Run = (work: () => Promise<unknown>) => void

interface PublishProgressProps {
  readonly transfers: readonly Transfer[]
  readonly run: Run
}

/** What is being published now, and what came of what was published since the window opened. */
export function PublishProgress({ transfers, run }: PublishProgressProps) {
  return (
    <section className="scroll publish-progress">
      <div className="progress-column">
        {transfers.map((transfer, at) => (
          <article key={transfer.id} className="progress-panel" aria-label={transferTitle(transfer)}>
            <PublishPanel transfer={transfer} after={transfers[at - 1]?.title} run={run} />
          </article>
        ))}
        <div className="more-drop">
          <Icon of={IconPackageExport} className="t3" />
          <span>
            {text.dropMore}{' '}
            <Button variant="link" onClick={() => void pickAndPublish()}>
              {text.chooseOne}
            </Button>
          </span>
        </div>
      </div>
    </section>
  )
}

interface PanelProps {
  readonly transfer: Transfer
  readonly after?: string
  readonly run: Run
}

function PublishPanel(props: PanelProps) {
  const { transfer, run } = props
  const { state, id } = transfer
  if (state.kind === 'done') return <Published transfer={transfer} run={run} />
  if (state.kind === 'queued') return <Queued {...props} />
  const wire = state.kind === 'failed' || state.kind === 'paused' ? state.error : undefined
  if (wire !== undefined) {
    const isFailed = state.kind === 'failed'
    return (
      <ErrorPanel
        error={fromWire(wire)}
        context={transferTitle(transfer)}
        title={
          state.kind === 'paused'
            ? transfersText.pausedTitle(state.reason, 'publish')
            : transfersText.failedTitle.publish
        }
        actions={
          <>
            <Button variant="primary" onClick={() => run(() => resume(transfer))}>
              {isFailed ? transfersText.retry : transfersText.resume}
            </Button>
            {isFailed ? (
              <Button onClick={() => forgetStarted(id)}>{text.done}</Button>
            ) : (
              <Button variant="quiet" danger onClick={() => run(() => cancel(transfer))}>
                {transfersText.cancel}
              </Button>
            )}
          </>
        }
      />
    )
  }
  return <Running transfer={transfer} run={run} />
}

function Queued({ transfer, after, run }: PanelProps) {
  const { progress } = transfer
  return (
    <div className="row">
      <Icon of={IconClock} size={20} className="t3" />
      <div className="grow">
        <h2>{withVersion(transfer.title, versionOf(transfer).version)}</h2>
        <p className="t2 num">{text.queued(progress.totalBytes, after)}</p>
      </div>
      {after !== undefined && (
        <Button small variant="quiet" icon={IconArrowUp} onClick={() => run(() => moveUp(transfer))}>
          {text.sendFirst}
        </Button>
      )}
      <IconButton label={text.remove} icon={IconX} onClick={() => run(() => cancel(transfer))} />
    </div>
  )
}

const stages = ['read', 'send', 'confirm'] as const

/** Reading, then packing and sending side by side, then the store's answer. */
function stageOf({ state }: Transfer): number {
  switch (state.kind) {
    case 'preparing':
      return 0
    case 'verifying':
    case 'finishing':
      return 2
    default:
      return 1
  }
}

function Running({ transfer, run }: Omit<PanelProps, 'after'>) {
  const { id, state, title } = transfer
  const ref = versionOf(transfer)
  const progress = useProgress(id) ?? transfer.progress
  const nowMs = useNow(state.kind === 'stalled' || state.kind === 'reconnecting')
  const words = wordsOf(transfer, { nowMs, progress })
  const { settledBytes, receivedBytes, totalBytes } = progress
  const whole = Math.max(1, totalBytes)
  const still = standsStill(state)
  const stage = stageOf(transfer)
  const isPlain = state.kind === 'transferring'
  return (
    <>
      <div className="row">
        <Ring state="transferring" settled={settledBytes / whole} received={receivedBytes / whole} still={still} />
        <h2>{withVersion(title, ref.version)}</h2>
        <span className="push" />
        {state.kind === 'paused' ? (
          <Button small icon={IconPlayerPlay} onClick={() => run(() => resume(transfer))}>
            {transfersText.resume}
          </Button>
        ) : (
          state.kind !== 'finishing' &&
          state.kind !== 'cancelling' && (
            <Button small icon={IconPlayerPause} onClick={() => run(() => pause(transfer))}>
              {transfersText.pause}
            </Button>
          )
        )}
        {state.kind !== 'finishing' && state.kind !== 'cancelling' && (
          <Button small variant="quiet" danger onClick={() => run(() => cancel(transfer))}>
            {transfersText.cancel}
          </Button>
        )}
      </div>
      <ol className="row small stages">
        {stages.map((name, at) => (
          <Fragment key={name}>
            {at > 0 && <li className="stage-line" aria-hidden="true" />}
            <li aria-current={at === stage ? 'step' : undefined}>
              <span className={at === stage ? 'status strong' : at < stage ? 'status' : 'status t3'}>
                <Icon of={at < stage ? IconCheck : at === stage ? IconCircleDot : IconCircle} />
                {text.stages[name]}
              </span>
            </li>
          </Fragment>
        ))}
      </ol>
      <ProgressBar
        {...progress}
        size="m"
        still={still}
        name={withVersion(title, ref.version)}
        label={bytesText('publish', progress)}
      />
      <div className="row legend">
        <span className="key">{text.confirmed(settledBytes)}</span>
        <span className="key half">{text.sent(receivedBytes)}</span>
        <span className="key none">{text.of(totalBytes)}</span>
        <span className={words.tone === 'warn' ? 'push status warn' : 'push'}>
          {isPlain ? words.detail : `${words.word}. ${words.detail}`}
        </span>
      </div>
      <p className="small t3 stage-note">{text.hidden(ref.version)}</p>
    </>
  )
}

function Published({ transfer, run }: Omit<PanelProps, 'after'>) {
  const { id, title, progress, outcome } = transfer
  const ref = versionOf(transfer)
  const connection = useConnection(transfer.connectionId)
  const name = withVersion(title, ref.version)
  // Of a version in a folder there is none.
  const link = connection && formatPackageLink(ref, connection.location)
  return (
    <>
      <div className="row published-head">
        <Icon of={IconCircleCheck} size={20} className="is-ok" />
        <div className="grow" role="status">
          <h2>{outcome?.alreadyThere === true ? text.alreadyThere(name) : text.published(name)}</h2>
          <p className="t2 num">
            {connection &&
              text.everyone(
                connection.name,
                connection.origin === 'built-in',
                progress.totalBytes,
                formatClock(transfer.endedAtMs ?? transfer.createdAtMs),
              )}
          </p>
        </div>
        <Button
          onClick={() => askInstall({ source: { connectionId: transfer.connectionId, ref }, title: transfer.title })}
        >
          {text.installHere}
        </Button>
        <IconButton label={text.done} icon={IconX} onClick={() => forgetStarted(id)} />
      </div>
      {connection !== undefined && (
        <div className="share-grid">
          {link !== undefined && (
            <>
              <span className="t3">{text.link}</span>
              <code className="cut selectable">{link}</code>
              <CopyButton text={link} label={text.copyLink} />
            </>
          )}
          <span className="t3">{text.command}</span>
          <code className="cut selectable">{installCommandOf(connection, ref)}</code>
          <CopyButton text={installCommandOf(connection, ref)} label={text.copyCommand} />
        </div>
      )}
      {outcome?.unprotected === true && <Message>{text.unprotected}</Message>}
      <Button variant="link" className="small" onClick={() => run(() => showPackage(transfer, ref.version))}>
        {text.show}
      </Button>
    </>
  )
}
