import { Checkbox, Menu, TextInput } from '@mantine/core'
import { IconDots, IconFolders, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { Library } from '../../../shared/model/settings.ts'
import { client } from '../../ipc/link.ts'
import { pickPath } from '../../shell/pick-path.ts'
import { revealPath } from '../../shell/reveal-path.ts'
import { fetchLibraries, useInstalled } from '../../state/installed.ts'
import { moveLibraryText } from '../../text/move-library.ts'
import { settingsText } from '../../text/settings.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Field } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { PathInput } from '../../ui/path-input.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useAction } from '../../ui/use-action.ts'
import { MoveLibrarySheet } from './move-library-sheet.tsx'

const text = settingsText.libraries

/** The folders with installed packages. */
export function LibrariesSection() {
  const libraries = useInstalled((state) => state.libraries)
  const load = useInstalled((state) => state.load)
  const [adding, setAdding] = useState(false)
  const [forgetting, setForgetting] = useState<Library>()
  const [moving, setMoving] = useState<Library>()
  const action = useAction()
  const run = (work: () => Promise<unknown>) =>
    void action.run(async () => {
      await work()
      await fetchLibraries()
    })
  return (
    <div className="settings-column">
      <div className="row">
        <h2 className="conn-name grow">{text.title}</h2>
        <Button icon={IconPlus} data-setting="libraries" onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      </div>
      <p className="t2 settings-lead">{text.text}</p>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      {libraries.length === 0 && load.kind === 'loading' && <BoneLines />}
      <ul className="settings-list">
        {libraries.map((library) => (
          <li key={library.id} className="library-row">
            <span className="tile quiet">
              <Icon of={IconFolders} />
            </span>
            <span>
              <span className="line1">
                <span className="strong">{library.name}</span> {library.isDefault && <Tag>{text.default}</Tag>}{' '}
                {!library.available && <Tag kind="warn">{text.unavailable}</Tag>}
              </span>
              <span className="line2" title={library.path}>
                <code>{library.path}</code>
              </span>
              <span className="line2">{library.oneVersionPerPackage ? text.one : text.many}</span>
            </span>
            <Menu position="bottom-end" width={224}>
              <Menu.Target>
                <IconButton label={text.more(library.name)} icon={IconDots} />
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => run(() => revealPath(library.path))}>{text.open}</Menu.Item>
                {library.available && (
                  <Menu.Item onClick={() => setMoving(library)}>{moveLibraryText.action}</Menu.Item>
                )}
                {!library.isDefault && (
                  <>
                    <Menu.Item onClick={() => run(() => client.libraries.setDefault({ id: library.id }))}>
                      {text.makeDefault}
                    </Menu.Item>
                    <Menu.Item onClick={() => setForgetting(library)}>{text.forget}…</Menu.Item>
                  </>
                )}
              </Menu.Dropdown>
            </Menu>
          </li>
        ))}
      </ul>
      {moving !== undefined && <MoveLibrarySheet library={moving} onClose={() => setMoving(undefined)} />}
      {adding && <LibrarySheet onClose={() => setAdding(false)} />}
      {forgetting !== undefined && (
        <Sheet
          opened
          onClose={() => setForgetting(undefined)}
          title={text.forgetSheet.title(forgetting.name)}
          footer={
            <>
              <span className="push" />
              <Button onClick={() => setForgetting(undefined)} data-autofocus>
                {text.forgetSheet.keep}
              </Button>
              <Button
                danger
                onClick={() => {
                  setForgetting(undefined)
                  run(() => client.libraries.remove({ id: forgetting.id }))
                }}
              >
                {text.forgetSheet.button}
              </Button>
            </>
          }
        >
          <section>
            <p className="t2 prose-break">{text.forgetSheet.text(forgetting.path)}</p>
          </section>
        </Sheet>
      )}
    </div>
  )
}

function LibrarySheet({ onClose }: { readonly onClose: () => void }) {
  const words = text.sheet
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const [oneVersion, setOneVersion] = useState(false)
  const [tried, setTried] = useState(false)
  const action = useAction()
  const choose = async () => {
    const picked = await pickPath('folder', text.pickTitle)
    if (picked !== null) setPath(picked)
  }
  const add = () => {
    setTried(true)
    if (path.trim() === '') return
    void action.run(async () => {
      await client.libraries.add({
        path: path.trim(),
        oneVersionPerPackage: oneVersion,
        ...(name.trim() === '' ? {} : { name: name.trim() }),
      })
      await fetchLibraries()
      onClose()
    })
  }
  return (
    <Sheet
      opened
      onClose={onClose}
      busy={action.busy}
      hasFields
      title={words.title}
      onSubmit={add}
      footer={
        <>
          <span className="push" />
          <Button onClick={onClose} disabled={action.busy}>
            {settingsText.cancel}
          </Button>
          <Button type="submit" variant="primary" disabled={action.busy}>
            {words.add}
          </Button>
        </>
      }
    >
      <section>
        <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
        <Field label={words.folder} problem={tried && path.trim() === '' ? words.pathMissing : undefined}>
          {(wiring) => (
            <PathInput {...wiring} value={path} data-autofocus onChange={setPath}>
              <Button onClick={() => void choose()}>{words.choose}</Button>
            </PathInput>
          )}
        </Field>
        <Field label={words.name} caption={settingsText.form.optional}>
          {(wiring) => <TextInput {...wiring} value={name} onChange={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Checkbox
          className="sheet-check"
          checked={oneVersion}
          onChange={(event) => setOneVersion(event.currentTarget.checked)}
          label={words.one}
          description={words.oneHelp}
        />
      </section>
    </Sheet>
  )
}
