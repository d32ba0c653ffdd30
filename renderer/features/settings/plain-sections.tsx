import { SegmentedControl, Switch, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Settings } from '../../../shared/model/settings.ts'
import { client } from '../../ipc/link.ts'
import { pickSavePath } from '../../shell/pick-save-path.ts'
import { revealPath } from '../../shell/reveal-path.ts'
import { openShortcuts } from '../../shell/shortcuts-store.ts'
import { useHost } from '../../state/host.ts'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { settingsText } from '../../text/settings.ts'
import { uiText } from '../../text/ui.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
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
      <Field label={text.theme} setting="theme">
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
      <div data-setting="keys">
        <Switch
          className="settings-switch"
          checked={settings.singleKeys}
          onChange={(event) => set({ singleKeys: event.currentTarget.checked })}
          label={text.keys}
          description={text.keysText}
        />
        <Button variant="link" className="small switch-more" onClick={openShortcuts}>
          {text.allKeys}
        </Button>
      </div>
      <Field label={text.publisher} help={text.publisherHelp} className="short-field" setting="publisher">
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

/** Nothing asks a server: there is none that knows of newer versions (docs/adr/0015-updates.md). */
export function UpdatesSection() {
  const text = settingsText.updates
  const version = useHost((state) => state.engineVersion)
  const action = useAction()
  return (
    <Section title={text.title} action={action}>
      <div className="conn-facts" data-setting="version" tabIndex={-1}>
        <Facts
          facts={[
            {
              label: text.version,
              value: (
                <span className="row">
                  {`Orbital ${version}`}
                  <CopyButton text={`Orbital ${version}`} label={uiText.copy(`Orbital ${version}`)} />
                </span>
              ),
            },
            { label: text.licence, value: text.licenceName },
          ]}
        />
      </div>
      <p className="t2 about-logs">{text.how}</p>
      <p className="t2 about-logs">{text.keeps}</p>
    </Section>
  )
}

export function DiagnosticsSection() {
  const text = settingsText.diagnostics
  const { home, facts } = useHost()
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
      <p className="t2 settings-lead">{text.logsText}</p>
      <div className="row conn-foot">
        <Button data-setting="diagnostics" onClick={saveDiagnostics}>
          {text.saveDiagnostics}
        </Button>
        <Button data-setting="logs" onClick={open(logs)}>
          {text.openLogs}
        </Button>
        <Button data-setting="home" variant="quiet" onClick={open(home)}>
          {text.openHome}
        </Button>
      </div>
      <div className="conn-facts">
        <Facts
          facts={[
            { label: text.logs, value: <code>{logs}</code> },
            { label: text.home, value: <code>{home}</code> },
            { label: text.system, value: text.systems[facts.platform] },
            { label: text.window, value: text.windows[facts.kind] },
          ]}
        />
      </div>
    </Section>
  )
}
