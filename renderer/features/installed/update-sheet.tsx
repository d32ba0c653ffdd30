import { IconArrowRight } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { shortErrorOf } from '../../text/error-view.ts'
import { installText } from '../../text/install.ts'
import { installedText } from '../../text/installed.ts'
import { formatSize } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Message } from '../../ui/message.tsx'
import { Meter } from '../../ui/progress-bar.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusOnceReady } from '../../ui/use-focus-handover.ts'
import { VirtualRows } from '../../ui/virtual-rows.tsx'
import type { Update } from './installed-actions.ts'
import { costOf, type PlannedUpdate, planUpdates, startUpdates } from './update-plans.ts'

const text = installedText.updateSheet

/** More are drawn only where they are in view. */
const fewLines = 100
/** px */
const lineHeight = 32

interface UpdateSheetProps {
  /** As they were when the sheet was opened. */
  readonly updates: readonly Update[]
  /** What it is called: they may be new here. */
  readonly words?: Pick<typeof text, 'title' | 'subtitle' | 'button'>
  readonly onClose: () => void
  readonly run: (work: () => Promise<unknown>) => void
}

/** What updating several packages costs, before it starts. Enter does it, Escape closes. */
export function UpdateSheet({ updates, words = text, onClose, run }: UpdateSheetProps) {
  const [planned, setPlanned] = useState<readonly PlannedUpdate[]>()
  const [knownCount, setKnownCount] = useState(0)
  const action = useAction()
  const { run: attempt } = action
  const [tries, setTries] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks again
  useEffect(() => {
    const stop = new AbortController()
    void attempt(async () => setPlanned(await planUpdates(updates, setKnownCount, stop.signal)))
    return () => stop.abort()
  }, [updates, attempt, tries])

  const plans = planned?.flatMap(({ plan }) => plan ?? []) ?? []
  const cost = costOf(plans)
  const ready = plans.length > 0 && cost.missingBytes === 0
  const submitButton = useFocusOnceReady(ready)
  const start = () => {
    if (!ready) return
    onClose()
    run(() => startUpdates(plans))
  }
  return (
    <Sheet
      opened
      onClose={onClose}
      title={words.title(updates.length)}
      subtitle={words.subtitle}
      onSubmit={start}
      footer={
        <>
          <span className="push" />
          <Button onClick={onClose}>{installText.cancel}</Button>
          <Button ref={submitButton} variant="primary" type="submit" hint="↵" disabled={!ready} data-autofocus>
            {words.button(planned === undefined ? updates.length : plans.length)}
          </Button>
        </>
      }
    >
      {planned === undefined ? (
        <section>
          <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
          {action.failure === undefined ? (
            <BoneLines lines={5} />
          ) : (
            <Button onClick={() => setTries((before) => before + 1)}>{installText.tryAgain}</Button>
          )}
          {knownCount > 0 && (
            <p className="t3 num" role="status">
              {text.looked(knownCount, updates.length)}
            </p>
          )}
        </section>
      ) : (
        <>
          {plans.length > 0 && <Cost {...cost} />}
          <section>
            {planned.length > fewLines ? (
              <VirtualRows
                label={text.listLabel}
                className="works update-list is-long"
                count={planned.length}
                itemAt={(index) => planned[index]}
                rowHeight={lineHeight}
                renderRow={(each) => <UpdateLine {...each} />}
              />
            ) : (
              <ul className="works update-list">
                {planned.map((each) => (
                  <li key={each.update.name}>
                    <UpdateLine {...each} />
                  </li>
                ))}
              </ul>
            )}
          </section>
          {cost.missingBytes > 0 && (
            <section>
              <Message kind="danger" title={installText.tooLittle(cost.missingBytes)}>
                {text.tooLittleWhy}
              </Message>
            </section>
          )}
        </>
      )}
    </Sheet>
  )
}

function Cost({ downloadBytes, reusedBytes, freeBytes, freeAfterBytes }: ReturnType<typeof costOf>) {
  const whole = Math.max(1, downloadBytes + reusedBytes)
  return (
    <section>
      <Meter
        size="m"
        label={installText.barLabel(downloadBytes, reusedBytes)}
        parts={[
          { key: 'download', share: downloadBytes / whole },
          { key: 'reused', share: reusedBytes / whole, look: 'stripe' },
        ]}
      />
      <dl className="sums gap-8">
        <dt>
          <span className="key">{installText.toDownload}</span>
        </dt>
        <dd>
          <Size bytes={downloadBytes} />
        </dd>
        {reusedBytes > 0 && (
          <>
            <dt>
              <span className="key stripe">{text.reused}</span>
            </dt>
            <dd>
              <Size bytes={reusedBytes} />
            </dd>
          </>
        )}
        <dt className="total">{installText.free}</dt>
        <dd className="total">
          <span className="t3">
            <Size bytes={freeBytes} figures={4} />
          </span>{' '}
          <Icon of={IconArrowRight} size={12} className="t3 inline-icon" /> <Size bytes={freeAfterBytes} figures={4} />
        </dd>
      </dl>
    </section>
  )
}

const UpdateLine = ({ update, plan, failure }: PlannedUpdate) => (
  <>
    <span className="cut" title={update.title}>
      <bdi>{update.title}</bdi> <span className="t3 num">{text.versions(plan?.replaces ?? [], update.version)}</span>
    </span>
    <span className={failure === undefined ? 'small t3 num' : 'small status warn'}>
      {failure === undefined ? formatSize(plan?.downloadBytes ?? 0) : shortErrorOf(failure)}
    </span>
  </>
)
