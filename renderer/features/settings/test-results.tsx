import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import { fromWire } from '../../../shared/errors.ts'
import type { ConnectionReport, SignedIn } from '../../../shared/model/connection.ts'
import { signInWord, untilText } from '../../text/describe-connection.ts'
import { viewError } from '../../text/error-view.ts'
import { settingsText } from '../../text/settings.ts'
import { formatWhen } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Message } from '../../ui/message.tsx'
import type { ReportState } from './connection-reports.ts'

const text = settingsText.connections
type Check = ConnectionReport['checks'][number]

interface TestResultsProps {
  readonly state: ReportState
  readonly onTest: () => void
  readonly onStop: () => void
  /** Names of S3 mean nothing for a folder. */
  readonly isFolder: boolean
}

/** What one may do with a connection, as real requests showed it, in plain words and with the store's own names. */
export function TestResults({ state, onTest, onStop, isFolder }: TestResultsProps) {
  const { isTesting, report, failure } = state
  return (
    <div className="panel test-panel" aria-live="polite" aria-busy={isTesting}>
      <header>
        <h2>{text.mayDo}</h2>
        <span className="small t3 push">
          {isTesting
            ? text.testing
            : report === undefined
              ? text.neverTested
              : text.tested(formatWhen(report.testedAt))}
        </span>
        {isTesting ? (
          <Button small onClick={onStop}>
            {text.stop}
          </Button>
        ) : (
          <Button small onClick={onTest}>
            {report === undefined ? text.test : text.testAgain}
          </Button>
        )}
      </header>
      {failure !== undefined && <Failure error={failure} />}
      {report?.failure !== undefined && <Failure error={fromWire(report.failure)} />}
      {report !== undefined ? (
        <ul className="perms">
          {report.checks.map((check) => (
            <CheckRow key={check.permission} check={check} isFolder={isFolder} />
          ))}
        </ul>
      ) : isTesting ? (
        <div className="perms-bones">
          <BoneLines lines={5} />
        </div>
      ) : (
        failure === undefined && <p className="small t3 perms-none">{text.testPromise}</p>
      )}
    </div>
  )
}

function Failure({ error }: { readonly error: Parameters<typeof viewError>[0] }) {
  const { happened, todo } = viewError(error)
  return (
    <div className="test-failure">
      <Message kind="danger" title={happened}>
        {todo}
      </Message>
    </div>
  )
}

const icons = { allowed: IconCheck, 'not-allowed': IconAlertTriangle, failed: IconX, 'not-tested': IconMinus } as const
const tones = { allowed: 'is-ok', 'not-allowed': 'is-warn', failed: 'is-danger', 'not-tested': 't3' } as const

function CheckRow({ check, isFolder }: { readonly check: Check; readonly isFolder: boolean }) {
  const { permission, state, detail, technicalName } = check
  const tone = tones[state]
  return (
    <li>
      <Icon of={icons[state]} className={tone} />
      <span>
        <span className="strong">{text.checks[permission]}</span>
        <span className="small t3 perm-detail">{detail}</span>
      </span>
      <span className="small end perm-state">
        <span className={state === 'allowed' || state === 'not-tested' ? 't3' : tone}>{text.states[state]}</span>
        {!isFolder && <code className="t3">{technicalName}</code>}
      </span>
    </li>
  )
}

/** Who is signed in and how, as a test found it. */
export function SignedInLine({ signedIn }: { readonly signedIn: SignedIn }) {
  return (
    <>
      {text.signedInBy(signInWord(signedIn))}, {text.withKey} <code>{signedIn.accessKeyId}</code>
      {untilText(signedIn)}
    </>
  )
}

/** The text for whoever looks after the bucket, when a permission is missing or to have at hand. */
export function PolicyNote({ report }: { readonly report?: ConnectionReport }) {
  if (report?.policy === undefined) return null
  const missing = report.checks.filter(({ state }) => state === 'not-allowed').length
  return (
    <Message
      title={missing === 0 ? text.policyTitle : text.missing(missing)}
      action={<CopyButton words variant="default" text={report.policy} label={text.copyPolicy} />}
    >
      <span className="small policy-text">{missing === 0 ? text.policyText : text.missingText}</span>
      {report.readOnlyPolicy !== undefined && (
        <CopyButton words variant="link" text={report.readOnlyPolicy} label={text.copyReadOnlyPolicy} />
      )}
    </Message>
  )
}
