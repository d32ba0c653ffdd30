import type { Connection } from '../../../shared/model/connection.ts'
import { formatSharedConnection } from '../../../shared/model/shared-connection.ts'
import { useHost } from '../../state/host.ts'
import { settingsText } from '../../text/settings.ts'
import { addCommandOf } from '../../text/share-command.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { Message } from '../../ui/message.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { showToast } from '../../ui/toast.tsx'

const text = settingsText.share

/** What a colleague needs to come to the same store, as a text, and as a line for the command line. No key is in either. */
export function ShareSheet({ connection, onClose }: { readonly connection: Connection; readonly onClose: () => void }) {
  const { location } = connection
  const shared = formatSharedConnection(connection)
  const isWindows = useHost(({ facts }) => facts.platform === 'win')
  const command = addCommandOf(connection, isWindows ? 'powershell' : 'sh')
  const hasKeys = location.kind === 's3' && location.signIn.kind === 'keys'
  const copy = async () => {
    if (!(await copyText(shared))) return
    onClose()
    showToast({ text: text.copied })
  }
  return (
    <Sheet
      opened
      width={560}
      onClose={onClose}
      title={text.title(connection.name)}
      subtitle={text.subtitle}
      onSubmit={() => void copy()}
      footer={
        <>
          <span className="push" />
          <Button onClick={onClose}>{text.close}</Button>
          <Button variant="primary" type="submit" data-autofocus>
            {text.copy}
          </Button>
        </>
      }
    >
      <section className="share">
        <p>{text.connectionText}</p>
        {hasKeys && <p className="t2">{text.keys}</p>}
        {location.kind === 'folder' ? <Message kind="note">{text.folder}</Message> : <p className="t2">{text.links}</p>}
        <details className="more-fields">
          <summary>{text.connection}</summary>
          <pre className="share-text small selectable">{shared}</pre>
        </details>
        {command !== undefined && (
          <details className="more-fields">
            <summary>{isWindows ? text.powerShell : text.commandLine}</summary>
            <pre className="share-text small selectable">{command}</pre>
            <CopyButton words variant="default" text={command} label={text.copyCommand} />
          </details>
        )}
      </section>
    </Sheet>
  )
}
