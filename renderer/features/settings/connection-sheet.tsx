import { Checkbox, FileButton, PasswordInput, Radio, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { IconFile } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Connection, NewConnection } from '../../../shared/model/connection.ts'
import type { PackageLink } from '../../../shared/model/package-link.ts'
import {
  longestSharedBytes,
  parseSharedConnection,
  type SharedConnection,
} from '../../../shared/model/shared-connection.ts'
import { client } from '../../ipc/link.ts'
import { pickPath } from '../../shell/pick-path.ts'
import { fetchConnections } from '../../state/connections.ts'
import { useHost } from '../../state/host.ts'
import { settingsText } from '../../text/settings.ts'
import { Button } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Field } from '../../ui/field.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { useAction } from '../../ui/use-action.ts'
import {
  type ConnectionForm,
  emptyForm,
  type FormField,
  formOf,
  formOfLink,
  formOfShared,
  keepsSecret,
  problemsOfForm,
  signInKindOf,
  storeKinds,
  toNewConnection,
} from './connection-form.ts'
import { candidateKey, forgetReport, stopTest, testConnection, useReport } from './connection-reports.ts'
import { PolicyNote, SignedInLine, TestResults } from './test-results.tsx'

const text = settingsText.form

interface ConnectionSheetProps {
  /** The one that is edited; absent: a new one. */
  readonly edited?: Connection
  /** What a new one begins with: where a link leads. */
  readonly link?: PackageLink
  /** What a person has said of a new one already. */
  readonly begin?: 'other' | 'shared'
  readonly onClose: () => void
  readonly onSaved: (id: string) => void
}

/** Where packages are and how to sign in there. A secret typed here goes to the engine once and never comes back. */
export function ConnectionSheet({ edited, link, begin, onClose, onSaved }: ConnectionSheetProps) {
  const [form, setForm] = useState<ConnectionForm>(() =>
    edited !== undefined ? formOf(edited) : link === undefined ? formToBegin(begin) : formOfLink(link),
  )
  // Problems show once a field was left or Save was pressed, not while nothing is typed yet.
  const [touched, setTouched] = useState<ReadonlySet<FormField>>(new Set())
  const [tries, setTries] = useState(0)
  const action = useAction()
  const tested = useReport(candidateKey)
  useEffect(() => () => forgetReport(candidateKey), [])
  // What a test shows lies below the fields: it is brought into view when it starts and when it has ended.
  const results = useRef<HTMLDivElement>(null)
  const wasTested = tested.isTesting || tested.report !== undefined
  const { report } = tested
  const fields = useRef<HTMLElement>(null)
  const { failure } = action
  // Why it was refused stands above the fields, and the button below them.
  useEffect(() => {
    if (failure !== undefined) fields.current?.scrollIntoView({ block: 'start' })
  }, [failure])
  useEffect(() => {
    if (tries > 0) fields.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [tries])
  useEffect(() => {
    if (wasTested || report !== undefined) results.current?.scrollIntoView({ block: 'end' })
  }, [wasTested, report])

  const editing = edited !== undefined
  const problems = problemsOfForm(form, edited === undefined ? {} : { edited })
  const isRight = Object.keys(problems).length === 0
  const set = (changes: Partial<ConnectionForm>) => setForm((before) => ({ ...before, ...changes }))
  const candidate = (): NewConnection => toNewConnection(form, edited?.id)

  const save = () => {
    setTries((before) => before + 1)
    if (!isRight) return
    void action.run(async () => {
      const sent = candidate()
      const saved = editing
        ? await client.connections.update({ id: edited.id, connection: sent })
        : await client.connections.add(sent)
      // Nothing secret stays in the window.
      setForm(emptyForm)
      forgetReport(saved.id)
      await fetchConnections()
      onSaved(saved.id)
    })
  }
  const test = () => {
    setTries((before) => before + 1)
    if (isRight) void testConnection(candidateKey, candidate())
  }

  const row: RowContext = {
    form,
    set,
    problemOf: (field) => {
      // That another address or key needs its own secret is said at once: it is no consequence of what is typed there.
      const isShown = tries > 0 || touched.has(field) || problems[field] === 'secret-of-another'
      const problem = isShown ? problems[field] : undefined
      return problem && text.problems[problem]
    },
    onBlur: (field) => setTouched((before) => new Set([...before, field])),
  }
  return (
    <Sheet
      opened
      onClose={onClose}
      busy={action.busy}
      hasFields
      width={560}
      title={editing ? text.editTitle(edited.name) : text.addTitle}
      subtitle={text.subtitle}
      onSubmit={save}
      footer={
        <>
          <Button onClick={test} disabled={tested.isTesting}>
            {text.test}
          </Button>
          <span className="push" />
          <Button onClick={onClose} disabled={action.busy}>
            {settingsText.cancel}
          </Button>
          <Button type="submit" variant="primary" disabled={action.busy}>
            {editing ? text.save : text.add}
          </Button>
        </>
      }
    >
      <section ref={fields}>
        <FailureStrip failure={failure} onDismiss={action.dismiss} />
        {!editing && (
          <FromColleague
            opened={begin === 'shared'}
            onFound={(found) => setForm((before) => formOfShared(found, before))}
          />
        )}
        {!editing && (
          <Radio.Group
            label={text.kind}
            value={form.kind}
            onChange={(kind) => set({ kind: kind as ConnectionForm['kind'] })}
            className="kind-choice"
          >
            <div className="kind-grid">
              {storeKinds.map((kind) => (
                <Radio key={kind} size="xs" value={kind} label={text.kinds[kind].title} />
              ))}
            </div>
            <p className="help">{text.kinds[form.kind].text}</p>
          </Radio.Group>
        )}
        <TextRow row={row} field="name" label={text.name} help={text.nameHelp} autoFocus={editing} />
        {form.kind === 'folder' ? (
          <FolderFields row={row} />
        ) : (
          <StoreFields row={row} secretStays={keepsSecret(form, edited)} />
        )}
        {(tested.isTesting || tested.report !== undefined || tested.failure !== undefined) && (
          <div ref={results}>
            <TestResults
              state={tested}
              onTest={test}
              onStop={() => stopTest(candidateKey)}
              isFolder={form.kind === 'folder'}
            />
            {report?.signedIn !== undefined && report.signedIn.by !== 'keys' && (
              <p className="help">
                <SignedInLine signedIn={report.signedIn} />
              </p>
            )}
            {report !== undefined && report.failure === undefined && <PolicyNote report={report} />}
          </div>
        )}
      </section>
    </Sheet>
  )
}

const formToBegin = (begin: ConnectionSheetProps['begin']): ConnectionForm =>
  begin === 'other' ? { ...emptyForm, kind: 'compatible' } : emptyForm

/** Takes what a colleague copied: folded, since most connections are typed. */
function FromColleague({
  opened,
  onFound,
}: {
  readonly opened: boolean
  readonly onFound: (found: SharedConnection) => void
}) {
  const [pasted, setPasted] = useState('')
  const found = pasted.trim() === '' ? undefined : parseSharedConnection(pasted)
  const [isOther, setIsOther] = useState(false)
  const take = (value: string) => {
    setIsOther(false)
    setPasted(value)
    const shared = parseSharedConnection(value)
    if (shared !== undefined) onFound(shared)
  }
  const open = async (file: File | null) => {
    if (file === null) return
    // What is too long for one is not read; what can't be read is none either.
    const value = file.size > longestSharedBytes ? undefined : await file.text().catch(() => undefined)
    if (value !== undefined && value.trim() !== '') return take(value)
    setPasted('')
    setIsOther(true)
  }
  const isNone = isOther || (pasted.trim() !== '' && found === undefined)
  const problem = isNone ? text.notShared : undefined
  return (
    <details className="more-fields" open={opened}>
      <summary>{text.fromColleague}</summary>
      <Field label={text.fromColleague} help={text.fromColleagueHelp} problem={problem}>
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={3}
            value={pasted}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            onChange={(event) => take(event.currentTarget.value)}
            data-autofocus={opened || undefined}
          />
        )}
      </Field>
      <FileButton accept=".json,application/json,text/plain" onChange={(file) => void open(file)}>
        {(props) => (
          <Button small icon={IconFile} {...props}>
            {text.openShared}
          </Button>
        )}
      </FileButton>
    </details>
  )
}

interface RowContext {
  readonly form: ConnectionForm
  readonly set: (changes: Partial<ConnectionForm>) => void
  readonly problemOf: (field: FormField) => string | undefined
  readonly onBlur: (field: FormField) => void
}

interface TextRowProps {
  readonly row: RowContext
  readonly field: FormField
  readonly label: string
  readonly caption?: string
  readonly help?: string
  readonly isSecret?: boolean
  readonly isCode?: boolean
  readonly autoFocus?: boolean
  /** Beside the field. */
  readonly button?: ReactNode
}

function TextRow(props: TextRowProps) {
  const { row, field, label, caption, help, isSecret = false, isCode = false, autoFocus, button } = props
  const { form, set, problemOf, onBlur } = row
  return (
    <Field label={label} caption={caption} help={help} problem={problemOf(field)}>
      {(wiring) => {
        const common = {
          ...wiring,
          value: form[field],
          onChange: (event: { currentTarget: { value: string } }) => set({ [field]: event.currentTarget.value }),
          onBlur: () => onBlur(field),
          spellCheck: false,
          autoComplete: isSecret ? 'new-password' : 'off',
          'data-autofocus': autoFocus || undefined,
        }
        if (isSecret) return <PasswordInput {...common} />
        const input = <TextInput {...common} className="grow" classNames={isCode ? { input: 'mono' } : {}} />
        if (button === undefined) return input
        return (
          <div className="row">
            {input}
            {button}
          </div>
        )
      }}
    </Field>
  )
}

function FolderFields({ row }: { readonly row: RowContext }) {
  const choose = async () => {
    const path = await pickPath('folder', text.pickTitle)
    if (path !== null) row.set({ path })
  }
  return (
    <TextRow
      row={row}
      field="path"
      label={text.path}
      isCode
      button={<Button onClick={() => void choose()}>{text.choose}</Button>}
    />
  )
}

function StoreFields({ row, secretStays }: { readonly row: RowContext; readonly secretStays: boolean }) {
  const { form, set } = row
  const isCompatible = form.kind === 'compatible'
  const signIn = signInKindOf(form)
  const secretsKept = useHost((state) => state.secretsKept)
  return (
    <>
      {isCompatible && <TextRow row={row} field="endpoint" label={text.endpoint} help={text.endpointHelp} isCode />}
      <div className="two">
        <TextRow row={row} field="bucket" label={text.bucket} isCode />
        <TextRow row={row} field="root" label={text.root} caption={text.optional} isCode />
      </div>
      {isCompatible && (
        <Field label={text.signIn}>
          {({ id }) => (
            <SegmentedControl
              id={id}
              aria-label={text.signIn}
              value={form.signIn}
              onChange={(value) => set({ signIn: value as ConnectionForm['signIn'] })}
              data={(['keys', 'chain', 'anonymous'] as const).map((value) => ({ value, label: text.signIns[value] }))}
            />
          )}
        </Field>
      )}
      {signIn === 'chain' && (
        <TextRow
          row={row}
          field="profile"
          label={text.profile}
          caption={text.optional}
          help={text.profileHelp}
          isCode
        />
      )}
      {signIn === 'keys' && (
        <>
          <div className="two">
            <TextRow row={row} field="accessKeyId" label={text.accessKeyId} isCode />
            <TextRow
              row={row}
              field="secretAccessKey"
              label={text.secretAccessKey}
              caption={secretStays ? text.secretStays : undefined}
              isSecret
            />
          </div>
          {secretsKept === 'plain-file' ? (
            <Checkbox
              className="store-secret"
              label={text.storeSecret}
              description={text.storeSecretHelp}
              // Of a secret that stays nothing is changed.
              disabled={form.secretAccessKey === ''}
              checked={form.storeSecret}
              onChange={(event) => set({ storeSecret: event.currentTarget.checked })}
            />
          ) : (
            <p className="help">{secretsKept === 'kept' ? text.secretKept : text.secretThisRun}</p>
          )}
        </>
      )}
      <div className="two">
        <TextRow row={row} field="region" label={text.region} caption={text.foundByItself} isCode />
        {signIn === 'keys' && (
          <TextRow row={row} field="sessionToken" label={text.sessionToken} caption={text.optional} isSecret />
        )}
      </div>
      <MoreFields row={row} />
    </>
  )
}

/** What few stores need: folded, unless it is set. */
function MoreFields({ row }: { readonly row: RowContext }) {
  const { form, set } = row
  const [isOpen] = useState(form.addressing !== '' || form.certificateFile !== '')
  const choose = async () => {
    const certificateFile = await pickPath('certificate', text.certificateTitle)
    if (certificateFile !== null) set({ certificateFile })
  }
  return (
    <details className="more-fields" open={isOpen}>
      <summary>{text.more}</summary>
      <Field label={text.addressing} help={text.addressingHelp[form.addressing]}>
        {({ id }) => (
          <SegmentedControl
            id={id}
            aria-label={text.addressing}
            value={form.addressing}
            onChange={(addressing) => set({ addressing: addressing as ConnectionForm['addressing'] })}
            data={(['', 'path', 'host'] as const).map((value) => ({ value, label: text.addressings[value] }))}
          />
        )}
      </Field>
      <TextRow
        row={row}
        field="certificateFile"
        label={text.certificate}
        caption={text.optional}
        help={text.certificateHelp}
        isCode
        button={<Button onClick={() => void choose()}>{text.choose}</Button>}
      />
    </details>
  )
}
