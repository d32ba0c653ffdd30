import type { Library } from '../../../shared/model/settings.ts'
import { isEnded } from '../../../shared/model/transfer-standing.ts'
import { goTo } from '../../state/navigation.ts'
import { useTransfers } from '../../state/transfers.ts'
import { moveLibraryText as text } from '../../text/move-library.ts'
import { Button } from '../../ui/button.tsx'
import { Message } from '../../ui/message.tsx'

/** While a library is on its way to another folder: where to, and what that means. */
export function MovingStrip({ library }: { readonly library: Library }) {
  const move = useTransfers(({ byId }) =>
    Object.values(byId).find(
      ({ kind, libraryId, state }) => kind === 'move' && libraryId === library.id && !isEnded(state),
    ),
  )
  if (move === undefined) return null
  return (
    <div className="strip">
      <Message
        title={<span className="prose-break">{text.moving(library.name, move.file)}</span>}
        action={
          <Button small onClick={() => goTo({ page: 'transfers', transferId: move.id })}>
            {text.show}
          </Button>
        }
      >
        {text.movingWhy}
      </Message>
    </div>
  )
}
