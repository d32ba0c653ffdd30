import type { BrowserWindow } from 'electron'

type Window = Pick<BrowserWindow, 'isVisible' | 'isMinimized' | 'restore' | 'show' | 'focus'>

/** What brings the app to the front. On macOS it goes on without a window, and then a new one opens. */
export interface Front {
  /** Opens the first window; from here on another one may be opened. */
  begin(open: () => void): void
  show(): void
  /** Only where no window is seen, so that what is asked for can be. */
  showUnlessSeen(): void
}

export function createFront(windows: () => readonly Window[]): Front {
  let openWindow: (() => void) | undefined
  const show = () => {
    const [window] = windows()
    if (window === undefined) return openWindow?.()
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
  return {
    begin(open) {
      openWindow = open
      open()
    },
    show,
    showUnlessSeen() {
      if (!windows().some((window) => window.isVisible())) show()
    },
  }
}
