import { TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type FormEvent, useRef, useState } from 'react'
import type { App } from '../../../shared/model/app.ts'
import { changeSettings, useApps } from '../../state/settings.ts'
import { settingsText } from '../../text/settings.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Field } from '../../ui/field.tsx'
import { useAction } from '../../ui/use-action.ts'

const text = settingsText.apps

/** The programs whose compatibility Browse answers for. */
export function AppsSection() {
  const apps = useApps()
  const [name, setName] = useState('')
  const [version, setVersion] = useState('')
  const nameInput = useRef<HTMLInputElement>(null)
  const action = useAction()
  const isTwice = apps.some((app) => app.name === name.trim())
  const save = (next: readonly App[]) => void action.run(() => changeSettings({ apps: [...next] }))
  const add = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || version.trim() === '' || isTwice) return
    save([...apps, { name: name.trim(), version: version.trim() }])
    setName('')
    setVersion('')
    nameInput.current?.focus()
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
      <form className="add-row" onSubmit={add}>
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
        <Field label={text.version}>
          {(wiring) => (
            <TextInput
              {...wiring}
              value={version}
              placeholder={text.versionPlaceholder}
              onChange={(event) => setVersion(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button type="submit" disabled={name.trim() === '' || version.trim() === '' || isTwice || action.busy}>
          {text.add}
        </Button>
      </form>
    </div>
  )
}

/** Saved when it is left or Enter is pressed; an empty one goes back to what it was. */
function AppVersion({ app, onChange }: { readonly app: App; readonly onChange: (version: string) => void }) {
  const [typed, setTyped] = useState<string>()
  const commit = () => {
    const next = typed?.trim() ?? ''
    setTyped(undefined)
    if (next !== '' && next !== app.version) onChange(next)
  }
  return (
    <TextInput
      size="xs"
      aria-label={text.versionOf(app.name)}
      value={typed ?? app.version}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  )
}
