import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol, type Session } from 'electron'
import { answerPage, protect } from '../ipc/page.ts'

/** The one origin that the window's page has, and that may call. */
export const appOrigin = 'app://orbital'

/** To be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Answers `app://orbital/…` with the files of the built page, read only, and nothing else. */
export function serveApp({
  session,
  rendererFolder,
}: {
  readonly session: Session
  readonly rendererFolder: string
}): void {
  session.protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    if (url.host !== 'orbital' || request.method !== 'GET') {
      return new Response(null, { status: 404, headers: protect() })
    }
    const page = await answerPage(url.pathname, async (name) => {
      try {
        return new Uint8Array(await readFile(path.join(rendererFolder, name)))
      } catch {
        return undefined
      }
    })
    return new Response(page.body, { status: page.status, headers: page.headers })
  })
}
