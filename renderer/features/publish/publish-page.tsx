import './publish.css'
import { IconDownload, IconFolder, IconPackageExport, IconPlayerPause, IconX } from '@tabler/icons-react'
import { type FormEvent, Fragment, useEffect, useMemo, useState } from 'react'
import type { AppError } from '../../../shared/errors.ts'
import { pickAndPublish } from '../../shell/pick-actions.ts'
import { pickFolders, pickPath } from '../../shell/pick-path.ts'
import { useCurrentConnection } from '../../state/connections.ts'
import { askInstall } from '../../state/install-request.ts'
import { currentPath, publishPaths, usePublishQueue } from '../../state/publish-queue.ts'
import { useTransfers } from '../../state/transfers.ts'
import { viewError } from '../../text/error-view.ts'
import { nameOf, publishText as text } from '../../text/publish.ts'
import { transfersText } from '../../text/transfers.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Field } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { PathInput } from '../../ui/path-input.tsx'
import { useAction } from '../../ui/use-action.ts'
import { canPause, pause } from '../transfers/transfer-actions.ts'
import { ElsewhereStrip } from './elsewhere-strip.tsx'
import { shownPublishes } from './own-publishes.ts'
import {
  dropDraft,
  leaveDraft,
  openDraft,
  publishFile,
  readAgain,
  replaceDraft,
  startRound,
  useDrafts,
} from './publish-drafts.ts'
import { PublishProgress } from './publish-progress.tsx'
import { PublishQueue } from './publish-queue-row.tsx'
import { Review } from './review.tsx'

/** The folder that is looked at now; else what is being published; else where to start. */
export function PublishPage() {
  const path = usePublishQueue(currentPath)
  const started = useDrafts(({ startedIds }) => startedIds)
  const byId = useTransfers((state) => state.byId)
  const order = useTransfers((state) => state.order)
  const transfers = useMemo(() => shownPublishes({ byId, order }, started), [byId, order, started])
  useEffect(() => {
    if (path === undefined) startRound()
  }, [path])
  if (path !== undefined) return <ReviewPage path={path} />
  return transfers.length > 0 ? <ProgressPage transfers={transfers} /> : <StartPage />
}

function ReviewPage({ path }: { readonly path: string }) {
  const paths = usePublishQueue((state) => state.paths)
  const connection = useCurrentConnection()
  const draft = useDrafts(({ byPath }) => byPath[path])
  const handled = useDrafts((state) => state.handled)
  const isChosen = useDrafts(({ toPublish }) => toPublish.has(path))
  const asks = /\.sputnik$/i.test(path) && !isChosen
  const connectionId = connection?.id
  useEffect(() => {
    if (connectionId !== undefined && !asks) openDraft(path, connectionId)
  }, [asks, connectionId, path])
  const of = handled + paths.length
  const chooseAnother = async () => {
    const others = await pickFolders(text.empty.pickTitle)
    if (others.length > 0) replaceDraft(path, others)
  }
  return (
    <Page
      label={text.title}
      bar={
        <>
          <h1>{text.title}</h1>
          {of > 1 && <span className="t3 narrow-hide">{text.ofFolders(handled + paths.indexOf(path) + 1, of)}</span>}
          <span className="push" />
          <Button small variant="quiet" icon={IconFolder} className="narrow-hide" onClick={() => void chooseAnother()}>
            {text.chooseAnother}
          </Button>
          <IconButton label={text.leave} icon={IconX} onClick={() => leaveDraft(path)} />
        </>
      }
    >
      {paths.length > 1 && <PublishQueue paths={paths} current={path} />}
      {/* The queue and the bar outlast the one that is looked at: they keep the focus. */}
      <Fragment key={path}>
        {asks ? (
          <FileChoice path={path} connectionName={connection?.name ?? ''} />
        ) : draft === undefined ? (
          <div className="body" />
        ) : draft.plan === undefined && draft.failure !== undefined ? (
          <div className="body">
            <div className="error-page">
              <ErrorPanel
                error={draft.failure}
                context={path}
                title={text.cannot(nameOf(path))}
                actions={<CannotActions path={path} error={draft.failure} onChoose={() => void chooseAnother()} />}
              />
            </div>
          </div>
        ) : (
          <Review draft={draft} />
        )}
      </Fragment>
    </Page>
  )
}

interface CannotActionsProps {
  readonly path: string
  readonly error: AppError
  readonly onChoose: () => void
}

/** What helps comes first: to read again where it is the store that failed, another folder where it is the folder. */
function CannotActions({ path, error, onChoose }: CannotActionsProps) {
  const again = viewError(error).remedy === 'retry'
  const buttons = [
    <Button key="other" variant={again ? undefined : 'primary'} onClick={onChoose}>
      {text.chooseAnother}
    </Button>,
    <Button key="again" variant={again ? 'primary' : undefined} onClick={() => readAgain(path)}>
      {transfersText.retry}
    </Button>,
  ]
  return <>{again ? buttons.toReversed() : buttons}</>
}

/** A package file may be installed here, or published to the connection in view. */
function FileChoice({ path, connectionName }: { readonly path: string; readonly connectionName: string }) {
  const install = () => {
    dropDraft(path)
    askInstall({ source: { file: path } })
  }
  return (
    <div className="body">
      <section className="empty-state file-choice">
        <h2>{text.file.title(nameOf(path))}</h2>
        <p className="t2">{text.file.text}</p>
        <Choice icon={IconDownload} title={text.file.install} detail={text.file.installText} onClick={install} />
        <Choice
          icon={IconPackageExport}
          title={text.file.publish(connectionName)}
          detail={text.file.publishText}
          onClick={() => publishFile(path)}
        />
      </section>
    </div>
  )
}

function ProgressPage({ transfers }: { readonly transfers: Parameters<typeof PublishProgress>[0]['transfers'] }) {
  const action = useAction()
  const run = (work: () => Promise<unknown>) => void action.run(work)
  const pausable = transfers.filter(canPause)
  const pauseAll = () => Promise.all(pausable.map(pause))
  return (
    <Page
      label={text.title}
      bar={
        <>
          <h1>{text.title}</h1>
          <span className="t3">{text.progress.folders(transfers.length)}</span>
          <span className="push" />
          {pausable.length > 1 && (
            <Button small variant="quiet" icon={IconPlayerPause} onClick={() => run(pauseAll)}>
              {transfersText.pauseAll}
            </Button>
          )}
        </>
      }
    >
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      <ElsewhereStrip />
      <PublishProgress transfers={transfers} run={run} />
    </Page>
  )
}

function StartPage() {
  const connection = useCurrentConnection()
  const [typed, setTyped] = useState('')
  const chooseFile = async () => {
    const path = await pickPath('sputnik', text.empty.pickFileTitle)
    if (path !== null) publishPaths([path])
  }
  const open = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() !== '') publishPaths([typed.trim()])
  }
  return (
    <Page label={text.title} bar={<h1>{text.title}</h1>}>
      <ElsewhereStrip />
      <section className="scroll publish-start">
        <EmptyState
          title={text.empty.title}
          action={
            <>
              <Button variant="primary" icon={IconFolder} onClick={() => void pickAndPublish()} data-pane-focus="start">
                {text.empty.choose}
              </Button>
              <Button variant="quiet" onClick={() => void chooseFile()}>
                {text.empty.file}
              </Button>
            </>
          }
        >
          {text.empty.text(connection?.name ?? '')}
        </EmptyState>
        <form className="path-form" onSubmit={open}>
          <Field label={text.empty.pathLabel}>
            {(wiring) => (
              <PathInput {...wiring} value={typed} onChange={setTyped}>
                <Button type="submit" disabled={typed.trim() === ''}>
                  {text.empty.open}
                </Button>
              </PathInput>
            )}
          </Field>
        </form>
      </section>
    </Page>
  )
}
