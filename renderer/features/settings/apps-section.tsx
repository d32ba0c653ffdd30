import { TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import type { App } from '../../../shared/model/app.ts'
import { allInstalled, useInstalled } from '../../state/installed.ts'
import { changeSettings, useApps } from '../../state/settings.ts'
import { settingsText } from '../../text/settings.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Field } from '../../ui/field.tsx'
import { useAction } from '../../ui/use-action.ts'
import { type AppProposal, proposeApps } from './app-proposals.ts'
import { checkAppVersion } from './app-version.ts'

const text = settingsText.apps

/** The programs whose compatibility Browse answers for. */
export function AppsSection() {
  const apps = useApps()
  const [name, setName] = useState('')
  const [version, setVersion] = useState('')
  const nameInput = useRef<HTMLInputElement>(null)
  const versionInput = useRef<HTMLInputElement>(null)
  const action = useAction()
  const libraries = useInstalled((state) => state.libraries)
  const versionsByLibrary = useInstalled((state) => state.versionsByLibrary)
  const proposals = useMemo(
    () => proposeApps(allInstalled({ libraries, versionsByLibrary }), apps),
    [libraries, versionsByLibrary, apps],
  )
  const propose = (each: AppProposal) => {
    setName(each.name)
    setVersion(each.version)
    // Its version is what only the person knows.
    versionInput.current?.focus()
  }
  const isTwice = apps.some((app) => app.name === name.trim())
  const checked = checkAppVersion(version)
  const isOdd = version.trim() !== '' && checked.version === undefined
  const save = (next: readonly App[], done = () => {}) =>
    void action.run(async () => {
      await changeSettings({ apps: [...next] })
      done()
    })
  const add = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || checked.version === undefined || isTwice) return
    // What is refused stays as it was typed.
    save([...apps, { name: name.trim(), version: checked.version }], () => {
      setName('')
      setVersion('')
      nameInput.current?.focus()
    })
  }
  return (
    <div className="settings-column">
      <h2 className="conn-name">{text.title}</h2>
      <p className="t2 settings-lead">{text.text}</p>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      {apps.length === 0 ? (
        <p className="t3">{text.empty}</p>
      ) : (
        <ul className="settings-list">
          {apps.map((app) => (
            <li key={app.name}>
              <span className="strong cut">{app.name}</span>
              <AppVersion
                app={app}
                onChange={(next) => save(apps.map((each) => (each === app ? { ...app, version: next } : each)))}
              />
              <IconButton
                label={text.remove(app.name)}
                icon={IconX}
                onClick={() => save(apps.filter((each) => each !== app))}
              />
            </li>
          ))}
        </ul>
      )}
      <form className="add-row" onSubmit={add} data-setting="apps">
        <Field label={text.name} problem={isTwice ? text.twice : undefined}>
          {(wiring) => (
            <TextInput
              {...wiring}
              ref={nameInput}
              value={name}
              placeholder={text.namePlaceholder}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field
          label={text.version}
          problem={isOdd ? text.noVersion : undefined}
          fix={
            checked.fix !== undefined && (
              <Button variant="link" className="small" onClick={() => setVersion(checked.fix ?? '')}>
                {text.versionFix(checked.fix)}
              </Button>
            )
          }
        >
          {(wiring) => (
            <TextInput
              {...wiring}
              ref={versionInput}
              value={version}
              placeholder={text.versionPlaceholder}
              onChange={(event) => setVersion(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button type="submit" disabled={name.trim() === '' || checked.version === undefined || isTwice || action.busy}>
          {text.add}
        </Button>
      </form>
      {proposals.length > 0 && (
        <section className="app-proposals">
          <h3 className="section-title">{text.found}</h3>
          <p className="small t2">{text.foundText}</p>
          <ul className="settings-list">
            {proposals.map((each) => (
              <li key={each.name}>
                <span className="cut">
                  <span className="strong">{each.name}</span>{' '}
                  <span className="small t3">{text.namedBy(each.packages)}</span>
                </span>
                <span className="num t2">{each.version}</span>
                <Button small aria-label={text.proposeLabel(each.name)} onClick={() => propose(each)}>
                  {text.propose}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

/** Saved when it is left or Enter is pressed; an empty one goes back to what it was, what is no version stays and says so. */
function AppVersion({ app, onChange }: { readonly app: App; readonly onChange: (version: string) => void }) {
  const [typed, setTyped] = useState<string>()
  const isEmpty = typed === undefined || typed.trim() === ''
  const { version } = checkAppVersion(typed ?? '')
  const commit = () => {
    if (!isEmpty && version === undefined) return
    setTyped(undefined)
    if (version !== undefined && version !== app.version) onChange(version)
  }
  return (
    <TextInput
      size="xs"
      aria-label={text.versionOf(app.name)}
      value={typed ?? app.version}
      error={isEmpty || version !== undefined ? undefined : text.noVersion}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  )
}
