import { useHost } from '../state/host.ts'
import { shellText } from '../text/shell.ts'
import { Message } from '../ui/message.tsx'

const text = shellText.link

/** Shown while the host doesn't answer: the page is a picture then, and says so. */
export function LinkStrip() {
  const connected = useHost((state) => state.connected)
  if (connected) return null
  return (
    <div className="link-strip">
      <Message kind="warn" title={text.title}>
        {text.text}
      </Message>
    </div>
  )
}
