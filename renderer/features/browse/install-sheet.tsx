import { Checkbox, Menu } from '@mantine/core'
import { IconArrowRight, IconCheck, IconChevronDown } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { type AppError, isAppError, toAppError } from '../../../shared/errors.ts'
import type { InstallPlan } from '../../../shared/model/plans.ts'
import { client } from '../../ipc/link.ts'
import { closeInstall, type InstallRequest, useInstallRequest } from '../../state/install-request.ts'
import { useInstalled } from '../../state/installed.ts'
import { useKnownSpeed } from '../../state/known-speed.ts'
import { askInstalledPage } from '../../state/page-request.ts'
import { installText as text } from '../../text/install.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'
import { Message } from '../../ui/message.tsx'
import { Meter } from '../../ui/progress-bar.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { useFocusOnceReady } from '../../ui/use-focus-handover.ts'
import { WorksWith } from './works-with.tsx'

/** What an install costs, shown before it starts. Enter does it, Escape closes. */
export function InstallSheet() {
  const request = useInstallRequest((state) => state.request)
  return request === undefined ? null : <OpenSheet request={request} />
}

/** A file that is no package, or a broken one, is that tomorrow, too: there is nothing to try again. */
const staysWrong = ({ source }: InstallRequest, error: AppError): boolean =>
  'file' in source && isAppError(error, 'not-a-package-file', 'meta-invalid', 'archive-mismatch')

interface Planned {
  /** What was asked for; another choice makes the plan out of date. */
  readonly key: string
  readonly plan?: InstallPlan
  readonly error?: AppError
}

function OpenSheet({ request }: { readonly request: InstallRequest }) {
  const [planned, setPlanned] = useState<Planned>()
  const [libraryId, setLibraryId] = useState(request.libraryId)
  const [keepsOld, setKeepsOld] = useState(false)
  /** The versions that an update takes the place of, as the first plan told them. */
  const [replaced, setReplaced] = useState<readonly string[]>([])
  const [starting, setStarting] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const key = `${libraryId} ${keepsOld} ${attempt}`

  useEffect(() => {
    const stop = new AbortController()
    const { source, upgrade, force } = request
    client.install
      .plan({ source, libraryId, upgrade: upgrade === true && !keepsOld, force }, { signal: stop.signal })
      .then((plan) => {
        setPlanned({ key, plan })
        if (!keepsOld) setReplaced(plan.replaces)
      })
      .catch((error: unknown) => {
        if (!isAppError(error, 'cancelled')) setPlanned({ key, error: toAppError(error) })
      })
    return () => stop.abort()
  }, [request, libraryId, keepsOld, key])

  const { plan, error } = planned ?? {}
  const isCurrent = planned?.key === key
  const isHere = plan?.alreadyInstalled === true && request.force !== true
  const isLasting = error !== undefined && staysWrong(request, error)
  const ready = isCurrent && plan?.enoughSpace === true && !starting
  const submitButton = useFocusOnceReady(ready)
  const start = async () => {
    if (isHere) return closeInstall()
    if (plan === undefined || !ready) return
    setStarting(true)
    try {
      await client.install.start({ planId: plan.planId, ignoreCompatibility: plan.verdict !== 'compatible' })
      closeInstall()
    } catch (caught) {
      setPlanned({ key, error: toAppError(caught) })
      setStarting(false)
    }
  }

  return (
    <Sheet
      opened
      onClose={closeInstall}
      busy={starting}
      title={titleOf(request, plan)}
      subtitle={plan && subtitleOf(request, plan, keepsOld ? replaced : [])}
      onSubmit={start}
      footer={
        <>
          {request.upgrade === true && replaced.length > 0 && error === undefined && (
            <Checkbox
              label={text.keepOld(replaced)}
              checked={keepsOld}
              onChange={(event) => setKeepsOld(event.currentTarget.checked)}
            />
          )}
          <span className="push" />
          {isLasting ? (
            <Button variant="primary" onClick={closeInstall} data-autofocus>
              {text.close}
            </Button>
          ) : (
            <Button onClick={closeInstall} disabled={starting}>
              {isHere ? text.close : text.cancel}
            </Button>
          )}
          {isLasting ? null : error !== undefined ? (
            <Button
              variant="primary"
              onClick={() => setAttempt((count) => count + 1)}
              disabled={!isCurrent}
              data-autofocus
            >
              {text.tryAgain}
            </Button>
          ) : (
            !isHere && (
              <Button
                // The button is there from the start so that Enter works at once; it waits for the plan.
                ref={submitButton}
                variant="primary"
                type="submit"
                hint="↵"
                disabled={!ready}
                data-autofocus
              >
                {submitWord(request, plan)}
              </Button>
            )
          )}
        </>
      }
    >
      {planned === undefined && (
        <section>
          <BoneLines lines={5} />
        </section>
      )}
      {error !== undefined && (
        <section>
          <ErrorPanel error={error} title={text.failed} />
        </section>
      )}
      {plan !== undefined && <PlanFacts plan={plan} onLibrary={setLibraryId} />}
    </Sheet>
  )
}

function titleOf(request: InstallRequest, plan: InstallPlan | undefined): string {
  const version = plan?.ref.version ?? ('ref' in request.source ? request.source.ref.version : '')
  const title = plan?.title ?? request.title ?? ''
  if (request.force === true) return text.againTitle(title, version)
  return request.upgrade === true ? text.updateTitle(title, version) : text.installTitle(title, version)
}

function subtitleOf(request: InstallRequest, plan: InstallPlan, kept: readonly string[]): string {
  if (request.force === true) return text.again
  if (plan.alreadyInstalled) return text.isHere
  if (plan.replaces.length > 0) return text.replaces(plan.replaces, plan.ref.version)
  return kept.length > 0 ? text.stays(kept) : text.notListedYet(plan.fileCount)
}

function submitWord(request: InstallRequest, plan: InstallPlan | undefined): string {
  if (request.force === true) return text.installAgain
  if (plan?.verdict === 'not-compatible') return text.installAnyway
  return request.upgrade === true ? text.update : text.install
}

function PlanFacts({ plan, onLibrary }: { readonly plan: InstallPlan; readonly onLibrary: (id: string) => void }) {
  const speed = useKnownSpeed('install', plan.connectionId)
  const whole = Math.max(1, plan.downloadBytes + plan.reusedBytes)
  const reused = plan.reusedBytes > 0
  return (
    <>
      <section>
        <Meter
          size="m"
          label={text.barLabel(plan.downloadBytes, plan.reusedBytes)}
          parts={[
            { key: 'download', share: plan.downloadBytes / whole },
            { key: 'reused', share: plan.reusedBytes / whole, look: 'stripe' },
          ]}
        />
        <dl className="sums gap-8">
          <dt>
            <span className="key">{text.toDownload}</span>
          </dt>
          <dd>
            <Size bytes={plan.downloadBytes} />
          </dd>
          {reused && (
            <>
              <dt>
                <span className="key stripe">{text.reused(plan.reusedFrom, plan.ref.name)}</span>
              </dt>
              <dd>
                <Size bytes={plan.reusedBytes} />
              </dd>
            </>
          )}
          <dt className="total">{text.onDisk}</dt>
          <dd className="total">
            <Size bytes={plan.diskBytes} />
          </dd>
        </dl>
        <dl className="sums sums-more">
          <dt>{text.library}</dt>
          <dd>
            <LibraryChoice libraryId={plan.libraryId} onChoose={onLibrary} />
          </dd>
          <dt>{text.free}</dt>
          <dd>
            <span className="t3">
              <Size bytes={plan.freeBytes} figures={4} />
            </span>{' '}
            <Icon of={IconArrowRight} size={12} className="t3 inline-icon" />{' '}
            <Size bytes={plan.freeAfterBytes} figures={4} />
          </dd>
          {speed !== undefined && plan.downloadBytes > 0 && (
            <>
              <dt>{text.about}</dt>
              <dd>{text.aboutTime(plan.downloadBytes / speed, speed)}</dd>
            </>
          )}
        </dl>
      </section>
      {!plan.enoughSpace && (
        <section>
          <Message
            kind="danger"
            title={text.tooLittle(plan.neededBytes - plan.freeBytes)}
            action={
              <Button
                small
                onClick={() => {
                  closeInstall()
                  askInstalledPage('free-up', plan.libraryId)
                }}
              >
                {text.freeUp}
              </Button>
            }
          >
            {text.needs(plan.neededBytes)}
          </Message>
        </section>
      )}
      {plan.verdict === 'not-compatible' && (
        <section>
          <Message kind="warn" title={text.notForApps}>
            {text.notForAppsWhy}
          </Message>
        </section>
      )}
      {plan.verdicts.length > 0 && (
        <section>
          <SectionTitle>{text.worksWith}</SectionTitle>
          <WorksWith verdicts={plan.verdicts} merged />
        </section>
      )}
    </>
  )
}

function LibraryChoice({
  libraryId,
  onChoose,
}: {
  readonly libraryId: string
  readonly onChoose: (id: string) => void
}) {
  const libraries = useInstalled((state) => state.libraries)
  const current = libraries.find(({ id }) => id === libraryId)
  if (libraries.length < 2) return <span title={current?.path}>{current?.name ?? libraryId}</span>
  return (
    <Menu position="bottom-end" width={280} withinPortal={false}>
      <Menu.Target>
        <Button variant="link">
          {current?.name ?? libraryId}
          <Icon of={IconChevronDown} size={14} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {libraries.map(({ id, name, path, available }) => (
          <Menu.Item
            key={id}
            disabled={!available}
            aria-current={id === libraryId ? 'true' : undefined}
            rightSection={id === libraryId ? <Icon of={IconCheck} size={14} /> : undefined}
            onClick={() => onChoose(id)}
          >
            <span className="line1">{name}</span>
            <span className="line2 mono">{path}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
