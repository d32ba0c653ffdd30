import { IconX } from '@tabler/icons-react'
import type { AppError } from '../../shared/errors.ts'
import { viewError } from '../text/error-view.ts'
import { uiText } from '../text/ui.ts'
import { IconButton } from './button.tsx'
import { Message } from './message.tsx'

interface FailureStripProps {
  readonly failure?: AppError
  readonly onDismiss: () => void
}

/** What a button could not do, as a strip on the page: what happened, what is safe, what to do. */
export function FailureStrip({ failure, onDismiss }: FailureStripProps) {
  if (failure === undefined) return null
  const { happened, safe, todo } = viewError(failure)
  return (
    <div className="strip">
      <Message
        kind="danger"
        title={happened}
        action={<IconButton label={uiText.closeMessage} icon={IconX} onClick={onDismiss} />}
      >
        {[safe, todo].filter(Boolean).join(' ')}
      </Message>
    </div>
  )
}
