import type { App, Session, WebContents } from 'electron'
import { appOrigin } from './app-protocol.ts'

/** What no page of this app may do, whatever gets into it: leave, open windows, embed, ask for devices, download. */
export function denyByDefault(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', stop)
    contents.on('will-frame-navigate', stop)
    contents.on('will-redirect', stop)
    contents.on('will-attach-webview', stop)
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => answer(mayCopy(contents, permission)))
  session.setPermissionCheckHandler((contents, permission) => mayCopy(contents, permission))
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', stop)
}

/** The page's own buttons copy paths and commands: writing plain text to the clipboard is the one thing it is allowed. */
function mayCopy(contents: WebContents | null, permission: string): boolean {
  return permission === 'clipboard-sanitized-write' && contents?.mainFrame.origin === appOrigin
}

const stop = (event: { preventDefault(): void }): void => event.preventDefault()
