import { homedir } from 'node:os'
import path from 'node:path'
import { app, BrowserWindow, dialog, type OpenDialogOptions, shell } from 'electron'
import { AppError } from '../../shared/errors.ts'
import type { HostApi, HostRequest } from '../../shared/ipc/host-api.ts'
import type { Disk } from '../engine/ports.ts'
import { createReveal } from './reveal.ts'
import { setTheme } from './window.ts'

const sputnikFilter = { name: 'Packages', extensions: ['sputnik'] }
const certificateFilter = { name: 'Certificates', extensions: ['pem', 'crt', 'cer'] }
const anyFile = { name: 'All files', extensions: ['*'] }

/** Only macOS has a dialog for files and folders at once. */
const packageFileOrFolder: OpenDialogOptions['properties'] =
  process.platform === 'darwin' ? ['openFile', 'openDirectory'] : ['openFile']

/** What the Electron app does for its window. Dialogs belong to the window that has the focus. */
export function createAppHost(deps: {
  readonly disk: Disk
  /** Home and libraries. */
  ownPlaces(): Promise<readonly string[]>
  takeRequests(): readonly HostRequest[]
}): HostApi {
  const reveal = createReveal({
    disk: deps.disk,
    places: deps.ownPlaces,
    show: (target) => shell.showItemInFolder(target),
  })
  return {
    host: {
      facts: async () => ({
        kind: 'electron',
        platform: process.platform === 'darwin' ? 'mac' : process.platform === 'win32' ? 'win' : 'linux',
        nativeDialogs: true,
        homeFolder: homedir(),
        locale: app.getSystemLocale(),
      }),
      pickFolder: ({ title }) => pick({ title, properties: ['openDirectory', 'createDirectory'] }),
      pickFolders: async ({ title }) => ({
        paths: await pickAll({ title, properties: ['openDirectory', 'multiSelections'] }),
      }),
      pickPackageFile: ({ title }) => pick({ title, properties: packageFileOrFolder, filters: [sputnikFilter] }),
      pickCertificateFile: ({ title }) =>
        pick({ title, properties: ['openFile'], filters: [certificateFilter, anyFile] }),
      async pickSavePath({ title, suggestedName }) {
        const filters = suggestedName.endsWith('.sputnik') ? [sputnikFilter] : []
        const options = { title, defaultPath: path.basename(suggestedName), filters }
        const window = currentWindow()
        const { canceled, filePath } = await (window
          ? dialog.showSaveDialog(window, options)
          : dialog.showSaveDialog(options))
        return { path: canceled || filePath === '' ? null : filePath }
      },
      listFolder: async () => {
        throw new AppError('usage', { problem: 'This window has dialogs of the system.' })
      },
      async reveal({ path: target }) {
        await reveal(target)
        return {}
      },
      async openLink({ url }) {
        const link = checkLink(url)
        if (await isConfirmed(link)) await shell.openExternal(link.href)
        return {}
      },
      takeRequests: async () => [...deps.takeRequests()],
      async setTheme({ theme }) {
        setTheme(theme)
        return {}
      },
    },
  }
}

/** https and mailto only, without a name or password in it; `usage` otherwise. */
export function checkLink(text: string): URL {
  const link = URL.canParse(text) ? new URL(text) : undefined
  const allowed = link?.protocol === 'https:' || link?.protocol === 'mailto:'
  if (link === undefined || !allowed || link.username !== '' || link.password !== '') {
    throw new AppError('usage', { problem: 'Only https and mailto links can be opened.' })
  }
  return link
}

async function isConfirmed(link: URL): Promise<boolean> {
  const isMail = link.protocol === 'mailto:'
  const options = {
    type: 'question' as const,
    message: isMail ? 'Write an e-mail?' : 'Open this link in your browser?',
    detail: link.href.length > 300 ? `${link.href.slice(0, 300)}…` : link.href,
    buttons: ['Open', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  }
  const window = currentWindow()
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
  return response === 0
}

async function pick(options: OpenDialogOptions): Promise<{ path: string | null }> {
  const [path] = await pickAll(options)
  return { path: path ?? null }
}

async function pickAll(options: OpenDialogOptions): Promise<string[]> {
  const window = currentWindow()
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  return canceled ? [] : filePaths
}

const currentWindow = (): BrowserWindow | undefined =>
  BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]
