import { useHost } from '../state/host.ts'
import { Message } from '../ui/message.tsx'

/** Shown while the host doesn't answer: the page is a picture then, and says so. */
export function LinkStrip() {
  const connected = useHost((state) => state.connected)
  if (connected) return null
  return (
    <div className="link-strip">
      <Message kind="warn" title="Orbital on this computer does not answer">
        It was stopped, or this computer slept. Nothing is lost: transfers go on when it runs again, and this page
        follows by itself.
      </Message>
    </div>
  )
}
