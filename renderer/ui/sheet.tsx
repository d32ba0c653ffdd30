import { Modal } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useId, useMemo } from 'react'
import { create } from 'zustand'

interface SheetProps {
  readonly opened: boolean
  readonly onClose: () => void
  /** What was started can't be called back: neither Escape nor a press outside closes the sheet. Its Cancel is for the caller to disable. */
  readonly busy?: boolean
  /** Something is typed in it: a press outside doesn't throw that away. */
  readonly hasFields?: boolean
  readonly title: string
  readonly subtitle?: ReactNode
  readonly children: ReactNode
  /** Buttons, the primary one last; it is `type="submit"` with `data-autofocus`. */
  readonly footer: ReactNode
  /** Enter, or a press of the submit button. */
  readonly onSubmit?: () => void
  /** px */
  readonly width?: number
}

const stay = (): void => {}

/** For a decision with a price. Enter does it, Escape closes, and the focus goes back to where it was. */
export function Sheet({
  opened,
  onClose,
  busy = false,
  hasFields = false,
  title,
  subtitle,
  children,
  footer,
  onSubmit,
  width = 480,
}: SheetProps) {
  useFocusReturn(opened)
  const isTop = useIsTop(opened)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit?.()
  }
  return (
    <Modal.Root
      opened={opened}
      onClose={busy ? stay : onClose}
      size={width}
      closeOnEscape={isTop}
      closeOnClickOutside={!hasFields}
      // It comes by an animation of the style sheets: most sheets are opened from the start, which Mantine doesn't move.
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={title}>
        <Modal.Body>
          <form className="sheet-form" onSubmit={submit}>
            {/* No header and footer elements: they would be landmarks of the window. */}
            <div className="sheet-head">
              <h2>{title}</h2>
              {subtitle !== undefined && <p className="t2">{subtitle}</p>}
            </div>
            {children}
            <div className="sheet-foot">{footer}</div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** Sheets that lie over one another, the last one on top. */
const useOpenSheets = create<{ readonly ids: readonly string[] }>(() => ({ ids: [] }))

/** Mantine closes all of them at once by Escape: what is typed in the one below would be lost. */
function useIsTop(opened: boolean): boolean {
  const id = useId()
  useEffect(() => {
    if (!opened) return
    useOpenSheets.setState(({ ids }) => ({ ids: [...ids, id] }))
    return () => useOpenSheets.setState(({ ids }) => ({ ids: ids.filter((each) => each !== id) }))
  }, [opened, id])
  return useOpenSheets(({ ids }) => ids.at(-1) === id)
}

/** Sheets are mostly taken off the page as a whole, so Mantine never sees them close: what had the focus before gets it back here. */
function useFocusReturn(opened: boolean): void {
  // Taken while it is drawn: afterwards the sheet has the focus already.
  const before = useMemo(() => (opened ? openerOf(document.activeElement) : null), [opened])
  useEffect(() => {
    if (before === null) return
    return () => {
      const isGone = !(before instanceof HTMLElement) || !before.isConnected || before === document.body
      const target = isGone ? document.querySelector<HTMLElement>('main [data-pane-focus]') : before
      target?.focus()
    }
  }, [before])
}

/** A menu is gone with the press on one of its items: the button that opened it is what remains. */
function openerOf(focused: Element | null): Element | null {
  const buttonId = focused?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  return (buttonId == null ? null : document.getElementById(buttonId)) ?? focused
}
