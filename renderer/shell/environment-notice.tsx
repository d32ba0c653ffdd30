import { IconX } from '@tabler/icons-react'
import { create } from 'zustand'
import { useConnections, useCurrentConnection } from '../state/connections.ts'
import { goTo } from '../state/navigation.ts'
import { shellText } from '../text/shell.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'

const text = shellText.environment

/** Until the page is loaded anew, the same problem is not told twice on Browse. */
const useDismissed = create<{ readonly problem?: string }>(() => ({}))

interface EnvironmentNoticeProps {
  /** With a button to Settings, and one that closes it. */
  readonly brief?: boolean
}

/** What keeps the bucket of the environment from being shown: the variable, what is safe, what to do. Nothing where there is no such problem. */
export function EnvironmentNotice({ brief = false }: EnvironmentNoticeProps) {
  const problem = useConnections((state) => state.environmentProblem)
  const isDismissed = useDismissed((state) => state.problem === problem)
  const connection = useCurrentConnection()
  if (problem === undefined || (brief && isDismissed)) return null
  return (
    <div className="strip">
      <Message
        kind="warn"
        title={problem}
        action={
          brief && (
            <span className="row">
              <Button small onClick={() => goTo({ page: 'settings', section: 'connections' })}>
                {text.connections}
              </Button>
              <IconButton label={text.close} icon={IconX} onClick={() => useDismissed.setState({ problem })} />
            </span>
          )
        }
      >
        {text.text(connection?.name)}
      </Message>
    </div>
  )
}
