import { type BrowserWindow, dialog, Menu, Tray } from 'electron'
import { desktopText } from '../../shared/text/desktop.ts'

const text = desktopText.closing

export interface CloseGuardOptions {
  readonly iconPath: string
  /** Transfers that closing would stop. */
  readonly running: () => number
  readonly isQuitting: () => boolean
  readonly quit: () => void
}

/**
 * Closing the window while transfers run asks once: they go on without it, or pause until somebody resumes them. While they run without the window
 * an icon in the system's tray, where there is one, brings it back; so does another start of the app.
 */
export function guardClose({
  iconPath,
  running,
  isQuitting,
  quit,
}: CloseGuardOptions): (window: BrowserWindow) => void {
  let answered: 'keep-running' | 'quit' | undefined
  let tray: Tray | undefined
  return (window) => {
    const hide = () => {
      window.hide()
      tray ??= new Tray(iconPath)
      tray.setToolTip('Orbital')
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: desktopText.tray.open, click: () => window.show() },
          { label: desktopText.tray.quit, click: quit },
        ]),
      )
      tray.on('click', () => window.show())
    }
    window.on('show', () => {
      tray?.destroy()
      tray = undefined
    })
    window.on('close', (event) => {
      const count = running()
      if (count === 0 || isQuitting()) return
      event.preventDefault()
      if (answered === undefined) {
        const answer = dialog.showMessageBoxSync(window, {
          type: 'question',
          message: text.question(count),
          detail: text.detail,
          buttons: [text.keepRunning, text.pauseAndQuit, text.cancel],
          defaultId: 0,
          cancelId: 2,
          noLink: true,
        })
        if (answer === 2) return
        answered = answer === 0 ? 'keep-running' : 'quit'
      }
      if (answered === 'quit') quit()
      else hide()
    })
  }
}
