import { Menu } from '@mantine/core'
import { IconArrowRight, IconChevronDown } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { type AppError, isAppError, toAppError } from '../../../shared/errors.ts'
import type { InstallPlan } from '../../../shared/ipc/engine-api.ts'
import { client } from '../../ipc/link.ts'
import { closeInstall, type InstallRequest, useInstallRequest } from '../../state/install-request.ts'
import { useInstalled } from '../../state/installed.ts'
import { goTo } from '../../state/navigation.ts'
import { formatList, formatSize, plural } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'
import { Message } from '../../ui/message.tsx'
import { Meter } from '../../ui/progress-bar.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { WorksWith } from './works-with.tsx'

/** What an install costs, shown before it starts. Enter does it, Escape closes. */
export function InstallSheet() {
  const request = useInstallRequest((state) => state.request)
  return request === undefined ? null : <OpenSheet request={request} />
}

type Planned =
  | { readonly kind: 'planning' }
  | { readonly kind: 'planned'; readonly plan: InstallPlan }
  | { readonly kind: 'failed'; readonly error: AppError }

function OpenSheet({ request }: { readonly request: InstallRequest }) {
  const [planned, setPlanned] = useState<Planned>({ kind: 'planning' })
  const [libraryId, setLibraryId] = useState(request.libraryId)
  const [starting, setStarting] = useState(false)
  const [attempt, setAttempt] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt plans anew
  useEffect(() => {
    const stop = new AbortController()
    const { source, upgrade, force } = request
    client.install
      .plan({ source, libraryId, upgrade, force }, { signal: stop.signal })
      .then((plan) => setPlanned({ kind: 'planned', plan }))
      .catch((error: unknown) => {
        if (!isAppError(error, 'cancelled')) setPlanned({ kind: 'failed', error: toAppError(error) })
      })
    return () => stop.abort()
  }, [request, libraryId, attempt])

  const plan = planned.kind === 'planned' ? planned.plan : undefined
  const start = async () => {
    if (plan === undefined || !plan.enoughSpace || starting) return
    if (plan.alreadyInstalled && request.force !== true) return closeInstall()
    setStarting(true)
    try {
      await client.install.start({ planId: plan.planId, ignoreCompatibility: plan.verdict !== 'compatible' })
      closeInstall()
    } catch (error) {
      setPlanned({ kind: 'failed', error: toAppError(error) })
      setStarting(false)
    }
  }
  const retry = () => {
    setPlanned({ kind: 'planning' })
    setAttempt((count) => count + 1)
  }

  return (
    <Sheet
      opened
      onClose={closeInstall}
      title={titleOf(request, plan)}
      subtitle={plan === undefined ? undefined : subtitleOf(plan)}
      onSubmit={start}
      footer={
        <>
          <span className="push" />
          <Button onClick={closeInstall}>{plan?.alreadyInstalled === true ? 'Close' : 'Cancel'}</Button>
          {planned.kind === 'failed' ? (
            <Button variant="primary" onClick={retry} data-autofocus>
              Try again
            </Button>
          ) : (
            plan?.alreadyInstalled !== true && (
              <Button
                // The button is there from the start so that Enter works at once; it waits for the plan.
                key={plan === undefined ? 'planning' : 'planned'}
                variant="primary"
                type="submit"
                hint="↵"
                disabled={plan === undefined || !plan.enoughSpace || starting}
                data-autofocus
                autoFocus
              >
                {submitWord(request, plan)}
              </Button>
            )
          )}
        </>
      }
    >
      {planned.kind === 'planning' && (
        <section>
          <BoneLines lines={5} />
        </section>
      )}
      {planned.kind === 'failed' && (
        <section>
          <ErrorPanel error={planned.error} title="It can’t be installed now" />
        </section>
      )}
      {plan !== undefined && <PlanFacts plan={plan} onLibrary={setLibraryId} />}
    </Sheet>
  )
}

function titleOf(request: InstallRequest, plan: InstallPlan | undefined): string {
  const version = plan?.ref.version ?? ('ref' in request.source ? request.source.ref.version : '')
  const title = plan?.title ?? request.title ?? ''
  return request.upgrade === true ? `Update ${title} to ${version}` : `Install ${title} ${version}`
}

function subtitleOf({ replaces, ref, alreadyInstalled, fileCount }: InstallPlan): string {
  if (alreadyInstalled) return 'It is installed and verified already.'
  if (replaces.length > 0) {
    return `${formatList(replaces)} ${replaces.length === 1 ? 'stays' : 'stay'} until ${ref.version} is verified, then ${replaces.length === 1 ? 'goes' : 'go'} to the trash.`
  }
  return `${plural(fileCount, 'file')}. Not listed as installed until every byte is verified.`
}

function submitWord(request: InstallRequest, plan: InstallPlan | undefined): string {
  if (plan?.verdict === 'not-compatible') return 'Install anyway'
  return request.upgrade === true ? 'Update' : 'Install'
}

function PlanFacts({ plan, onLibrary }: { readonly plan: InstallPlan; readonly onLibrary: (id: string) => void }) {
  const whole = Math.max(1, plan.downloadBytes + plan.reusedBytes)
  const reused = plan.reusedBytes > 0
  return (
    <>
      <section>
        <Meter
          size="m"
          label={`${formatSize(plan.downloadBytes)} to download, ${formatSize(plan.reusedBytes)} reused`}
          parts={[
            { key: 'download', share: plan.downloadBytes / whole },
            { key: 'reused', share: plan.reusedBytes / whole, look: 'stripe' },
          ]}
        />
        <dl className="sums gap-8">
          <dt>
            <span className="key">To download</span>
          </dt>
          <dd>
            <Size bytes={plan.downloadBytes} />
          </dd>
          {reused && (
            <>
              <dt>
                <span className="key stripe">Reused from {formatList(plan.reusedFrom)}, already here</span>
              </dt>
              <dd>
                <Size bytes={plan.reusedBytes} />
              </dd>
            </>
          )}
          <dt className="total">On disk afterwards</dt>
          <dd className="total">
            <Size bytes={plan.diskBytes} />
          </dd>
        </dl>
        <dl className="sums sums-more">
          <dt>Library</dt>
          <dd>
            <LibraryChoice libraryId={plan.libraryId} onChoose={onLibrary} />
          </dd>
          <dt>Free space there</dt>
          <dd>
            <span className="t3">
              <Size bytes={plan.freeBytes} figures={4} />
            </span>{' '}
            <Icon of={IconArrowRight} size={12} className="t3 inline-icon" />{' '}
            <Size bytes={plan.freeAfterBytes} figures={4} />
          </dd>
        </dl>
      </section>
      {!plan.enoughSpace && (
        <section>
          <Message
            kind="danger"
            title={`${formatSize(Math.max(0, plan.neededBytes - plan.freeBytes))} too little space`}
            action={
              <Button
                small
                onClick={() => {
                  closeInstall()
                  goTo({ page: 'installed' })
                }}
              >
                Free up space
              </Button>
            }
          >
            It needs {formatSize(plan.neededBytes)} while it installs. Emptying the trash may be enough.
          </Message>
        </section>
      )}
      {plan.verdict === 'not-compatible' && (
        <section>
          <Message kind="warn" title="It does not work with your apps">
            It says so itself. Another version may; you can install this one anyway.
          </Message>
        </section>
      )}
      {plan.verdicts.length > 0 && (
        <section>
          <SectionTitle>Works with your apps</SectionTitle>
          <WorksWith verdicts={plan.verdicts} />
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
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button variant="link">
          {current?.name ?? libraryId}
          <Icon of={IconChevronDown} size={14} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {libraries.map(({ id, name, path, available }) => (
          <Menu.Item key={id} disabled={!available} onClick={() => onChoose(id)}>
            <span className="line1">{name}</span>
            <span className="line2 mono">{path}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
