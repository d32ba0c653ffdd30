import { SegmentedControl } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import { useConnection } from '../../state/connections.ts'
import { useKnownSpeed } from '../../state/known-speed.ts'
import { nameOf, publishText as text } from '../../text/publish.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { type Action, useAction } from '../../ui/use-action.ts'
import { isFocusFree } from '../../ui/use-focus-handover.ts'
import { blockers, leaveOut, ofPackage, putIn } from './publish-draft.ts'
import { changeDraft, type Draft, editDraft, leaveDraft, type Saving, startDraft } from './publish-drafts.ts'
import { PublishForm } from './publish-form.tsx'
import { LeftOutList, PublishTree } from './publish-tree.tsx'
import { PublishWarnings } from './publish-warnings.tsx'
import { saveDraft } from './save-draft.ts'
import { spokenOf, toSettle } from './to-settle.ts'
import { WhatChanges } from './what-changes.tsx'

/** One folder before it is published: what is in it, what is said of it, what will change, and the button. */
export function Review({ draft }: { readonly draft: Draft }) {
  const { plan } = draft
  const [show, setShow] = useState<'all' | 'changes'>('all')
  const action = useAction()
  const dismiss = () => {
    action.dismiss()
    changeDraft(draft.path, { saveFailure: undefined })
  }
  const isRead = plan !== undefined
  useEffect(() => {
    // A folder that was dropped leaves the focus where it was; what must be settled is here.
    if (!isRead || !(isFocusFree() || document.activeElement?.closest('[data-pane="sidebar"]') != null)) return
    document.querySelector<HTMLElement>('.publish-form [data-pane-focus]')?.focus({ preventScroll: true })
  }, [isRead])
  return (
    <>
      <p className="hidden-label" role="status">
        {plan !== undefined && spokenOf(toSettle(plan, draft.settled))}
      </p>
      <FailureStrip failure={action.failure ?? draft.saveFailure ?? (plan && draft.failure)} onDismiss={dismiss} />
      <div className="body folds">
        <ReviewFiles draft={draft} show={show} onShow={setShow} />
        <section className="aside publish-aside" aria-label={nameOf(draft.path)}>
          {plan === undefined ? (
            <BoneLines lines={8} />
          ) : (
            <>
              <PublishForm draft={draft} />
              <WhatChanges plan={plan} onSeeFiles={() => setShow('changes')} />
            </>
          )}
        </section>
      </div>
      <ActionBar draft={draft} action={action} />
    </>
  )
}

interface ReviewFilesProps {
  readonly draft: Draft
  readonly show: 'all' | 'changes'
  readonly onShow: (show: 'all' | 'changes') => void
}

function ReviewFiles({ draft, show, onShow }: ReviewFilesProps) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const [choosing, setChoosing] = useState(false)
  const { plan, path } = draft
  const all = plan?.files
  const files = useMemo(
    () => (show === 'all' ? all : all?.filter(({ change }) => change !== 'same')) ?? [],
    [all, show],
  )
  if (plan === undefined) {
    return (
      <section className="scroll publish-files">
        <h2 className="aside-title">{nameOf(path)}</h2>
        <p className="small t3 num row" role="status">
          {draft.entryCount === undefined ? text.reading : text.readingSoFar(draft.entryCount)}
          {draft.entryCount !== undefined && (
            <Button variant="link" className="small" onClick={() => leaveDraft(path)}>
              {text.stopReading}
            </Button>
          )}
        </p>
        <BoneLines lines={6} />
      </section>
    )
  }
  const out = sumOf(plan.leftOut)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section ref={setScroller} className="scroll publish-files" tabIndex={0} aria-label={text.treeLabel}>
      <div className="row publish-head">
        <div>
          <h2 className="aside-title">{nameOf(path)}</h2>
          <p className="small t3 num" title={path}>
            {text.facts(plan.files.length, plan.totalBytes, draft.readMs)}
          </p>
        </div>
        <span className="push" />
        {plan.previous !== undefined && (
          <SegmentedControl
            aria-label={text.show.label}
            value={show}
            onChange={(value) => onShow(value as 'all' | 'changes')}
            data={[
              { value: 'all', label: text.show.all },
              { value: 'changes', label: text.show.changes },
            ]}
          />
        )}
      </div>
      <PublishWarnings draft={draft} plan={plan} />
      {files.length === 0 ? (
        <p className="t2 publish-none">{text.noChanges}</p>
      ) : (
        <PublishTree
          key={show}
          scroller={scroller}
          files={files}
          choosing={choosing}
          onLeaveOut={(each) => editDraft(path, (fields) => leaveOut(fields, each), { now: true })}
        />
      )}
      {plan.source.kind === 'folder' && (
        <div className="section-title left-out-title">
          {text.leftOutLabel}
          <span className="push">
            {plan.leftOut.length > 0 && <span className="num">{text.leftOutSum(out.files, out.bytes)} </span>}
            <Button variant="link" className="small" aria-pressed={choosing} onClick={() => setChoosing(!choosing)}>
              {choosing ? text.chooseDone : text.choose}
            </Button>
          </span>
        </div>
      )}
      <LeftOutList
        scroller={scroller}
        entries={plan.leftOut}
        choosing={choosing}
        onPutIn={({ path: each, reason }) => editDraft(path, (fields) => putIn(fields, each, reason), { now: true })}
      />
    </section>
  )
}

const sumOf = (entries: PublishPlan['leftOut']): { readonly files: number; readonly bytes: number } => ({
  files: entries.reduce((sum, { isFolder, fileCount }) => sum + (isFolder ? fileCount : 1), 0),
  bytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
})

function ActionBar({ draft, action }: { readonly draft: Draft; readonly action: Action }) {
  const { plan, settled, path, saving } = draft
  const connection = useConnection(draft.connectionId)
  const speed = useKnownSpeed('publish', draft.connectionId)
  const blocked = plan === undefined ? [] : blockers(plan, settled)
  const reason = plan === undefined ? text.bar.readingYet : blocked.length > 0 ? text.bar.first(blocked) : undefined
  const fileBlocked = plan === undefined || blockers(ofPackage(plan), settled).length > 0
  const mostBytes = plan?.mostSentBytes ?? plan?.totalBytes ?? 0
  return (
    <footer className="actionbar">
      <span className="t2 num narrow-hide">
        {text.bar.to}{' '}
        <b className="strong bar-name">
          <bdi>{connection?.name}</bdi>
        </b>
        {plan !== undefined && `. ${text.bar.send(plan.totalBytes, plan.mostSentBytes)}`}
        {plan !== undefined && speed !== undefined && text.bar.about(mostBytes / speed)}
        {plan !== undefined && '.'}
      </span>
      <span className="push" />
      {saving === undefined ? (
        <span className={plan === undefined ? 'small t2' : 'status warn small'} role="status">
          {reason !== undefined && plan !== undefined && <Icon of={IconAlertTriangle} size={14} />}
          {reason}
        </span>
      ) : (
        <>
          <span className="small t2" role="status">
            {text.bar.saving}
          </span>
          {saving.written !== undefined && <Written {...saving.written} />}
        </>
      )}
      {saving === undefined ? (
        <Button disabled={fileBlocked || action.busy} onClick={() => void action.run(() => saveDraft(path))}>
          {text.bar.saveAsFile}
        </Button>
      ) : (
        <Button onClick={() => saving.stop.abort()}>{text.bar.stopSaving}</Button>
      )}
      <Button
        variant="primary"
        disabled={plan === undefined || blocked.length > 0 || saving !== undefined || action.busy}
        onClick={() => void action.run(() => startDraft(path))}
      >
        {text.bar.publish}
      </Button>
    </footer>
  )
}

/** How far the file is, while it is written. */
function Written({ doneBytes, totalBytes }: NonNullable<Saving['written']>) {
  const label = text.bar.savingSoFar(doneBytes, totalBytes)
  return (
    <span className="row saving-bar">
      <ProgressBar
        name={text.bar.saving}
        label={label}
        settledBytes={doneBytes}
        receivedBytes={doneBytes}
        totalBytes={totalBytes}
      />
      <span className="small t3 num">{label}</span>
    </span>
  )
}
