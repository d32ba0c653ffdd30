import { NumberInput, SegmentedControl } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { pickPath } from '../../shell/pick-path.ts'
import { changeSettings, initialSettings } from '../../state/settings.ts'
import { shortErrorOf } from '../../text/error-view.ts'
import { settingsText } from '../../text/settings.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { PathInput } from '../../ui/path-input.tsx'
import { useAction } from '../../ui/use-action.ts'
import { Section, useSetting } from './plain-sections.tsx'
import { limitOfTyped, typedOfLimit } from './speed-limit.ts'

const text = settingsText.network

/** How much of the line transfers take, how many run, and which certificate authorities are trusted besides. */
export function NetworkSection() {
  const { settings, action, set } = useSetting()
  const { downloadLimitBytesPerSecond, uploadLimitBytesPerSecond, connectionsPerTransfer, transfersAtOnce } = settings
  const usual = initialSettings.connectionsPerTransfer
  return (
    <Section title={text.title} action={action}>
      <p className="t2 settings-lead">{text.lead}</p>
      <div className="two limits">
        <LimitField
          label={text.download}
          setting="download"
          limitBytesPerSecond={downloadLimitBytesPerSecond}
          onChange={(limit) => set({ downloadLimitBytesPerSecond: limit })}
        />
        <LimitField
          label={text.upload}
          setting="upload"
          limitBytesPerSecond={uploadLimitBytesPerSecond}
          onChange={(limit) => set({ uploadLimitBytesPerSecond: limit })}
        />
      </div>
      <p className="help">{text.limitHelp}</p>
      <Field
        label={text.connections}
        setting="connections"
        caption={
          connectionsPerTransfer !== usual && (
            <Button variant="link" className="small" onClick={() => set({ connectionsPerTransfer: usual })}>
              {text.connectionsUsual(usual)}
            </Button>
          )
        }
        help={text.connectionsHelp(usual)}
        className="short-field"
      >
        {(wiring) => (
          <NumberInput
            {...wiring}
            value={connectionsPerTransfer}
            min={1}
            max={16}
            clampBehavior="strict"
            allowDecimal={false}
            onChange={(value) => typeof value === 'number' && set({ connectionsPerTransfer: value })}
          />
        )}
      </Field>
      <Field label={text.atOnce} help={text.atOnceHelp} className="short-field" setting="at-once">
        {({ id }) => (
          <SegmentedControl
            id={id}
            aria-label={text.atOnce}
            value={String(transfersAtOnce)}
            onChange={(value) => set({ transfersAtOnce: Number(value) })}
            data={['1', '2', '3', '4']}
          />
        )}
      </Field>
      <CertificateField file={settings.certificateFile ?? ''} />
      <div className="field" data-setting="proxy" tabIndex={-1}>
        <div className="label">{text.proxy}</div>
        <p className="help">{text.proxyText}</p>
      </div>
    </Section>
  )
}

interface LimitFieldProps {
  readonly label: string
  readonly setting: string
  /** 0 or absent: none */
  readonly limitBytesPerSecond?: number
  readonly onChange: (limitBytesPerSecond: number) => void
}

/** Saved when it is left or Enter is pressed, so that 2 on the way to 20 slows nothing down. */
function LimitField({ label, setting, limitBytesPerSecond, onChange }: LimitFieldProps) {
  const [typed, setTyped] = useState<string | number>()
  const limit = limitOfTyped(typed ?? '')
  const commit = () => {
    if (typed === undefined || limit === 'too-low') return
    setTyped(undefined)
    if (limit !== (limitBytesPerSecond ?? 0)) onChange(limit)
  }
  return (
    <Field label={label} problem={limit === 'too-low' ? text.limitTooLow : undefined} setting={setting}>
      {(wiring) => (
        <NumberInput
          {...wiring}
          value={typed ?? typedOfLimit(limitBytesPerSecond)}
          placeholder={text.noLimit}
          suffix={` ${text.limitUnit}`}
          decimalScale={2}
          allowNegative={false}
          max={99_999}
          hideControls
          onChange={setTyped}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  )
}

/** A path is saved when it is left, and stays in the field with the reason when the file can't be used. */
function CertificateField({ file }: { readonly file: string }) {
  const [typed, setTyped] = useState<string>()
  const action = useAction()
  const save = (certificateFile: string) => {
    if (certificateFile === file) {
      setTyped(undefined)
      action.dismiss()
      return
    }
    void action.run(async () => {
      await changeSettings({ certificateFile })
      setTyped(undefined)
    })
  }
  const choose = async () => {
    const path = await pickPath('certificate', text.certificateTitle)
    if (path === null) return
    setTyped(path)
    save(path)
  }
  const commit = () => typed !== undefined && save(typed.trim())
  return (
    <Field
      label={text.certificate}
      help={text.certificateHelp}
      problem={action.failure && shortErrorOf(action.failure)}
      className="certificate-field"
      setting="certificate"
    >
      {(wiring) => (
        <PathInput
          {...wiring}
          value={typed ?? file}
          placeholder={text.certificateNone}
          onChange={setTyped}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        >
          {file !== '' && <IconButton label={text.certificateClear} icon={IconX} onClick={() => save('')} />}
          <Button onClick={() => void choose()}>{text.choose}</Button>
        </PathInput>
      )}
    </Field>
  )
}
