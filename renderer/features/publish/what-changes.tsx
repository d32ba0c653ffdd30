import type { PublishPlan } from '../../../shared/model/plans.ts'
import { isolate } from '../../../shared/text/isolate.ts'
import { nameOf, publishText } from '../../text/publish.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'
import { Meter } from '../../ui/progress-bar.tsx'

const text = publishText.change

/** New, changed, the same and removed against the newest published version. */
export function WhatChanges({ plan, onSeeFiles }: { readonly plan: PublishPlan; readonly onSeeFiles: () => void }) {
  const { previous } = plan
  if (previous === undefined) {
    return (
      <section>
        <SectionTitle>{text.first}</SectionTitle>
        <p className="small t3">{text.firstText}</p>
      </section>
    )
  }
  const { newBytes, changedBytes, sameBytes, removed } = previous
  if (previous.exact && previous.newFiles === 0 && previous.changedFiles === 0 && removed.length === 0) {
    return (
      <section>
        <SectionTitle>{text.nothing(previous.version)}</SectionTitle>
        <p className="small t3">{text.nothingText}</p>
      </section>
    )
  }
  const whole = Math.max(1, newBytes + changedBytes + sameBytes)
  return (
    <section>
      <SectionTitle
        end={
          <Button variant="link" className="small" onClick={onSeeFiles}>
            {text.seeFiles}
          </Button>
        }
      >
        {text.title(previous.version)}
      </SectionTitle>
      <Meter
        size="m"
        parts={[
          { key: 'new', share: newBytes / whole },
          { key: 'changed', share: changedBytes / whole, look: 'second' },
        ]}
        label={text.barLabel(newBytes, changedBytes, sameBytes)}
      />
      <dl className="sums small">
        <dt>
          <span className="key">{text.new(previous.newFiles)}</span>
        </dt>
        <dd>
          <Size bytes={newBytes} />
        </dd>
        <dt>
          <span className="key second">{text.changed(previous.changedFiles)}</span>
        </dt>
        <dd>
          <Size bytes={changedBytes} />
        </dd>
        <dt>
          <span className="key none">{text.same(previous.sameFiles)}</span>
        </dt>
        <dd>
          <Size bytes={sameBytes} />
        </dd>
        {removed.length > 0 && (
          <>
            <dt className="cut">
              {text.removed(removed.length)}{' '}
              <span className="t3">{removed.slice(0, 5).map(nameOf).map(isolate).join(', ')}</span>
            </dt>
            <dd>
              <Size bytes={previous.removedBytes} />
            </dd>
          </>
        )}
      </dl>
      {!previous.exact && <p className="small t3">{text.inexact}</p>}
    </section>
  )
}
