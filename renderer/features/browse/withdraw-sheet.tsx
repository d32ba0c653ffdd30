import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { toAppError } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { client } from '../../ipc/link.ts'
import { useConnection } from '../../state/connections.ts'
import { allInstalled, useInstalled } from '../../state/installed.ts'
import { fetchCatalog, usePackages } from '../../state/packages.ts'
import { closeWithdraw, useWithdrawRequest, type WithdrawRequest } from '../../state/withdraw-request.ts'
import { withdrawText as text, type WithdrawFailure, withdrawFailure } from '../../text/withdraw.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'
import { Message } from '../../ui/message.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { showToast } from '../../ui/toast.tsx'

/** Takes a published version back for good, once its name is typed. Enter doesn't do it: the button alone does. */
export function WithdrawSheet() {
  const request = useWithdrawRequest((state) => state.request)
  return request === undefined ? null : <OpenSheet {...request} />
}

function OpenSheet({ connectionId, ref, title, isOnlyOne }: WithdrawRequest) {
  const connection = useConnection(connectionId)?.name ?? connectionId
  const libraries = useLibrariesWith(ref)
  const [typed, setTyped] = useState('')
  const [why, setWhy] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<WithdrawFailure>()
  const isNamed = [specOf(ref), identOf(ref)].includes(typed.trim())

  const withdraw = async () => {
    setBusy(true)
    try {
      await client.catalog.unpublish({ connectionId, ref, ...(why.trim() === '' ? {} : { why: why.trim() }) })
      await fetchCatalog(connectionId)
      closeWithdraw()
      showToast({ text: text.done(title, ref.version) })
    } catch (error) {
      // Only the store knows how far it came.
      await fetchCatalog(connectionId, { refresh: true })
      setFailure(withdrawFailure(toAppError(error), connection, !isListed(connectionId, ref)))
      setBusy(false)
    }
  }
  return (
    <Sheet
      opened
      onClose={closeWithdraw}
      hasFields
      busy={isBusy}
      title={text.title(title, ref.version)}
      subtitle={text.subtitle}
      footer={
        <>
          <span className="push" />
          <Button disabled={isBusy} onClick={closeWithdraw}>
            {failure?.isHidden === true ? text.close : text.keep}
          </Button>
          <Button danger disabled={!isNamed || isBusy} onClick={() => void withdraw()}>
            {isBusy ? text.busy : failure?.isHidden === true ? text.again : text.button(ref.version)}
          </Button>
        </>
      }
    >
      <section>
        {failure !== undefined && !isBusy && (
          <Message kind="danger" title={failure.title}>
            {failure.text}
          </Message>
        )}
        <SectionTitle>{text.means}</SectionTitle>
        <ul className="plain-points t2">
          <li>{text.nobodyFinds(connection)}</li>
          <li>
            {text.whoHasIt} {libraries.length > 0 && text.hereToo(libraries)}
          </li>
          <li>{text.number(ref.version)}</li>
          {isOnlyOne && <li>{text.onlyOne}</li>}
        </ul>
        <Field label={text.why} caption={text.optional} help={text.whyHelp}>
          {(wiring) => (
            <TextInput
              {...wiring}
              value={why}
              maxLength={4096}
              onChange={(event) => setWhy(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={text.confirm(specOf(ref))}>
          {(wiring) => (
            <TextInput
              {...wiring}
              value={typed}
              classNames={{ input: 'mono' }}
              spellCheck={false}
              autoComplete="off"
              data-autofocus
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </Field>
      </section>
    </Sheet>
  )
}

/** True also where nobody knows: the list isn't here, or couldn't be read. */
function isListed(connectionId: string, { name, version }: PackageRef): boolean {
  const catalog = usePackages.getState().catalogs[connectionId]
  if (catalog?.load.kind !== 'ready') return true
  const found = catalog.packages.find((each) => each.name === name)
  return found?.versions.some((each) => each.version === version) ?? false
}

/** Names of the libraries of this computer that have it. */
function useLibrariesWith(ref: PackageRef): readonly string[] {
  const libraries = useInstalled((state) => state.libraries)
  const versionsByLibrary = useInstalled((state) => state.versionsByLibrary)
  const having = new Set(
    allInstalled({ libraries, versionsByLibrary })
      .filter((each) => specOf(each.ref) === specOf(ref))
      .map(({ libraryId }) => libraryId),
  )
  return libraries.filter(({ id }) => having.has(id)).map(({ name }) => name)
}
