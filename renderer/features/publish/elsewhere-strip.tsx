import { useShallow } from 'zustand/react/shallow'
import { goTo } from '../../state/navigation.ts'
import { runsElsewhere, useTransfers } from '../../state/transfers.ts'
import { useListingOfOthers } from '../../state/transfers-elsewhere.ts'
import { publishText as text } from '../../text/publish.ts'
import { Button } from '../../ui/button.tsx'
import { Message } from '../../ui/message.tsx'

/** What another process of this home publishes now: only Transfers shows how far it is. */
export function ElsewhereStrip() {
  const ids = useTransfers(
    useShallow(({ order, byId }) =>
      order.filter((id) => {
        const transfer = byId[id]
        return transfer?.kind === 'publish' && runsElsewhere(transfer)
      }),
    ),
  )
  useListingOfOthers(ids.length > 0)
  const [first] = ids
  if (first === undefined) return null
  return (
    <div className="strip">
      <Message
        title={text.elsewhere.title(ids.length)}
        action={
          <Button small onClick={() => goTo({ page: 'transfers', transferId: first })}>
            {text.elsewhere.show}
          </Button>
        }
      >
        {text.elsewhere.text}
      </Message>
    </div>
  )
}
