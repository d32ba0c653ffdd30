import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { uiText } from '../text/ui.ts'
import { Button } from './button.tsx'
import { useFocusHandover } from './use-focus-handover.ts'

interface Toast {
  readonly text: string
  /** Takes back what was done; the toast stays eight seconds, and while it is hovered or focused. */
  readonly undo?: () => void
  /** What else can be done about it, where nothing is to be taken back. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

const autoCloseMs = 8000

let lastUndo: { readonly id: string; readonly undo: () => void } | undefined
/** Newest toasts; what they say is out of date once there is another of their kind. */
let plainId: string | undefined
let undoId: string | undefined

/** For a thing that is done and may be undone, and for what failed where no page has a place to say it. */
export function showToast({ text, undo, action }: Toast): void {
  const takeBack = () => {
    lastUndo = undefined
    notifications.hide(id)
    undo?.()
  }
  const act = () => {
    notifications.hide(id)
    action?.run()
  }
  const before = undo === undefined ? plainId : undoId
  if (before !== undefined) notifications.hide(before)
  const message = (
    <ToastLine>
      <span>{text}</span>
      {undo !== undefined && (
        <Button small variant="soft" onClick={() => takeBack()}>
          {uiText.undo}
        </Button>
      )}
      {action !== undefined && (
        <Button small variant="soft" onClick={act}>
          {action.label}
        </Button>
      )}
    </ToastLine>
  )
  const closeAfter = (autoClose: number | false) => void notifications.update({ id, message, autoClose })
  const id: string = notifications.show({
    message,
    autoClose: autoCloseMs,
    // Who has come to its button by keyboard is not hovering over it.
    onFocus: () => closeAfter(false),
    onBlur: () => closeAfter(autoCloseMs),
    position: 'bottom-center',
    closeButtonProps: { 'aria-label': uiText.closeMessage },
  })
  if (undo === undefined) plainId = id
  else {
    undoId = id
    lastUndo = { id, undo: takeBack }
  }
}

/** The focus doesn't go with it. */
function ToastLine({ children }: { readonly children: ReactNode }) {
  const place = useFocusHandover<HTMLSpanElement>()
  return (
    <span className="toast-line" ref={place}>
      {children}
    </span>
  )
}

/** Whether there is something to take back. */
export const hasUndo = (): boolean => lastUndo !== undefined

/** Does what the newest toast with an undo offered, also when it is gone by now. Answers whether there was one. */
export function undoLast(): boolean {
  const last = lastUndo
  last?.undo()
  return last !== undefined
}
