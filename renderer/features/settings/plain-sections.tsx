import { SegmentedControl, Switch, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Settings } from '../../../shared/model/settings.ts'
import { client } from '../../ipc/link.ts'
import { pickSavePath } from '../../shell/pick-save-path.ts'
import { revealPath } from '../../shell/reveal-path.ts'
import { useHost } from '../../state/host.ts'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { settingsText } from '../../text/settings.ts'
import { Button } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Field } from '../../ui/field.tsx'
import { Facts } from '../../ui/inspector.tsx'
import { showToast } from '../../ui/toast.tsx'
import { type Action, useAction } from '../../ui/use-action.ts'

interface SectionProps {
  readonly title: string
  readonly action: Action
  readonly children: ReactNode
}

export const Section = ({ title, action, children }: SectionProps) => (
  <div className="settings-column">
    <h2 className="conn-name">{title}</h2>
    <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
    {children}
  </div>
)

export const useSetting = () => {
  const settings = useSettings((state) => state.settings)
  const action = useAction()
  const set = (changes: Partial<Settings>) => void action.run(() => changeSettings(changes))
  return { settings, action, set }
}

export function AppearanceSection() {
  const text = settingsText.appearance
  const { settings, action, set } = useSetting()
  const publisher = useHost((state) => state.publisher)
  const [name, setName] = useState<string>()
  const commit = () => {
    const next = name?.trim()
    setName(undefined)
    if (next !== undefined && next !== settings.publisherName) set({ publisherName: next })
  }
  return (
    <Section title={text.title} action={action}>
      <Field label={text.theme}>
        {({ id }) => (
          <SegmentedControl
            id={id}
            aria-label={text.theme}
            value={settings.theme}
            onChange={(value) => set({ theme: value as Settings['theme'] })}
            data={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: text.themes[value] }))}
          />
        )}
      </Field>
      <Switch
        className="settings-switch"
        checked={settings.singleKeys}
        onChange={(event) => set({ singleKeys: event.currentTarget.checked })}
        label={text.keys}
        description={text.keysText}
      />
      <Field label={text.publisher} help={text.publisherHelp} className="short-field">
        {(wiring) => (
          <TextInput
            {...wiring}
            value={name ?? settings.publisherName}
            placeholder={publisher}
            onChange={(event) => setName(event.currentTarget.value)}
            onBlur={commit}
            onKeyDown={(event) => event.key === 'Enter' && commit()}
          />
        )}
      </Field>
    </Section>
  )
}

export function AboutSection() {
  const text = settingsText.about
  const { engineVersion, home, facts } = useHost()
  const action = useAction()
  const separator = facts.platform === 'win' ? '\\' : '/'
  const logs = `${home}${separator}logs`
  const open = (path: string) => () => void action.run(() => revealPath(path))
  const saveDiagnostics = () =>
    void action.run(async () => {
      // The system's own dialog has asked whether to write over what is there.
      const out = await pickSavePath(text.saveDiagnostics, 'orbital-diagnostics.json')
      if (out === null) return
      const { path } = await client.engine.saveDiagnostics({ out, overwrite: facts.nativeDialogs })
      showToast({ text: text.diagnosticsSaved(path) })
    })
  return (
    <Section title={text.title} action={action}>
      <div className="conn-facts">
        <Facts
          facts={[
            { label: text.version, value: `Orbital ${engineVersion}` },
            { label: text.system, value: text.systems[facts.platform] },
            { label: text.window, value: text.windows[facts.kind] },
            { label: text.home, value: <code>{home}</code> },
            { label: text.logs, value: <code>{logs}</code> },
            { label: text.licence, value: text.licenceName },
          ]}
        />
      </div>
      <p className="small t3 about-logs">{text.logsText}</p>
      <div className="row conn-foot">
        <Button onClick={saveDiagnostics}>{text.saveDiagnostics}</Button>
        <Button onClick={open(logs)}>{text.openLogs}</Button>
        <Button variant="quiet" onClick={open(home)}>
          {text.openHome}
        </Button>
      </div>
    </Section>
  )
}
