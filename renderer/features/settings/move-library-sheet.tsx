import { IconArrowRight } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { type AppError, isAppError, toAppError } from '../../../shared/errors.ts'
import type { EngineApi } from '../../../shared/ipc/engine-api.ts'
import type { Library } from '../../../shared/model/settings.ts'
import { client } from '../../ipc/link.ts'
import { pickPath } from '../../shell/pick-path.ts'
import { goTo } from '../../state/navigation.ts'
import { viewError } from '../../text/error-view.ts'
import { moveLibraryText as text } from '../../text/move-library.ts'
import { settingsText } from '../../text/settings.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Field } from '../../ui/field.tsx'
import { Size } from '../../ui/figures.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Message } from '../../ui/message.tsx'
import { PathInput } from '../../ui/path-input.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { useAction } from '../../ui/use-action.ts'

type Plan = Awaited<ReturnType<EngineApi['libraries']['planMove']>>

const typingMs = 400

interface MoveLibrarySheetProps {
  readonly library: Library
  readonly onClose: () => void
}

/** Where a library goes, and what that takes, before it begins. The transfer that it is then shows how far it came. */
export function MoveLibrarySheet({ library, onClose }: MoveLibrarySheetProps) {
  const [path, setPath] = useState('')
  const [tried, setTried] = useState(false)
  const { plan, problem } = useMovePlan(library.id, path.trim())
  const hasPrice = plan?.enoughSpace === true
  const action = useAction()
  const choose = async () => {
    const picked = await pickPath('folder', text.pickTitle)
    if (picked !== null) setPath(picked)
  }
  const move = () => {
    setTried(true)
    if (!hasPrice) return
    void action.run(async () => {
      const { transferId } = await client.libraries.move({ id: library.id, path: path.trim() })
      onClose()
      goTo({ page: 'transfers', transferId })
    })
  }
  return (
    <Sheet
      opened
      onClose={onClose}
      busy={action.busy}
      hasFields
      title={text.title(library.name)}
      subtitle={<code className="prose-break">{library.path}</code>}
      onSubmit={move}
      footer={
        <>
          <span className="push" />
          <Button onClick={onClose} disabled={action.busy}>
            {settingsText.cancel}
          </Button>
          <Button type="submit" variant="primary" disabled={action.busy || (path.trim() !== '' && !hasPrice)}>
            {text.button}
          </Button>
        </>
      }
    >
      <section>
        <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
        <Field
          label={text.folder}
          help={text.folderHelp}
          problem={problem ?? (tried && path.trim() === '' ? text.missing : undefined)}
        >
          {(wiring) => (
            <PathInput {...wiring} value={path} data-autofocus onChange={setPath}>
              <Button onClick={() => void choose()}>{text.choose}</Button>
            </PathInput>
          )}
        </Field>
      </section>
      {plan !== undefined && <MovePrice plan={plan} />}
      {path.trim() !== '' && plan === undefined && problem === undefined && (
        <section>
          <p className="small t2">{text.measuring}</p>
          <BoneLines lines={2} />
        </section>
      )}
    </Sheet>
  )
}

function MovePrice({ plan }: { readonly plan: Plan }) {
  const { from, sameVolume, totalBytes, fileCount, freeBytes, enoughSpace } = plan
  return (
    <section role="status">
      <dl className="sums">
        <dt>{text.inIt}</dt>
        <dd>{text.contents(totalBytes, fileCount)}</dd>
        {!sameVolume && (
          <>
            <dt className="total">{text.freeThere}</dt>
            <dd className="total">
              <span className="t3">
                <Size bytes={freeBytes} figures={4} />
              </span>{' '}
              <Icon of={IconArrowRight} size={12} className="t3 inline-icon" />{' '}
              <Size bytes={Math.max(0, freeBytes - totalBytes)} figures={4} />
            </dd>
          </>
        )}
      </dl>
      {enoughSpace ? (
        <Message>
          {sameVolume ? text.sameDisk : text.copies} <span className="prose-break">{text.programs(from)}</span>
        </Message>
      ) : (
        <Message kind="danger" title={text.tooLittle(totalBytes - freeBytes)}>
          {text.tooLittleWhy}
        </Message>
      )}
    </section>
  )
}

/** What the move to a folder would take, or why it can't be; asked for once typing rests. */
function useMovePlan(id: string, path: string): { readonly plan?: Plan; readonly problem?: string } {
  const [answer, setAnswer] = useState<{ readonly path: string; readonly plan?: Plan; readonly failure?: AppError }>()
  useEffect(() => {
    if (path === '') return
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      try {
        setAnswer({ path, plan: await client.libraries.planMove({ id, path }, { signal: stop.signal }) })
      } catch (error) {
        if (!isAppError(error, 'cancelled')) setAnswer({ path, failure: toAppError(error) })
      }
    }, typingMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [id, path])
  if (path === '' || answer?.path !== path) return {}
  return answer.failure === undefined ? { plan: answer.plan } : { problem: viewError(answer.failure).happened }
}
