import { useEffect, useRef } from 'react'
import { goTo } from '../../state/navigation.ts'
import { installedText as text } from '../../text/installed.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { isFocusFree } from '../../ui/use-focus-handover.ts'

/** In place of the list. Where that had the focus when its last row went, its button takes it. */
export function NothingInstalled() {
  const action = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isFocusFree()) action.current?.querySelector('button')?.focus()
  }, [])
  return (
    <div ref={action}>
      <EmptyState
        title={text.emptyTitle}
        action={
          <Button variant="primary" data-pane-focus="empty" onClick={() => goTo({ page: 'browse' })}>
            {text.emptyAction}
          </Button>
        }
      >
        {text.emptyText}
      </EmptyState>
    </div>
  )
}
