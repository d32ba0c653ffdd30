import { useHost } from '../state/host.ts'
import { shellText } from '../text/shell.ts'
import { Message } from '../ui/message.tsx'

const text = shellText.link

/** Shown while the page is a picture, and says so. */
export function LinkStrip() {
  const link = useHost((state) => state.link)
  if (link === 'up') return null
  return (
    <div className="link-strip">
      <Message kind="warn" title={text[link].title}>
        {text[link].text}
      </Message>
    </div>
  )
}
