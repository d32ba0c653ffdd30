import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from '../../shared/ipc/host-api.ts'
import { desktopText } from '../../shared/text/desktop.ts'

const text = desktopText.menu
type Item = MenuItemConstructorOptions
const separator: Item = { type: 'separator' }

/**
 * The menu of the platform: what the system expects (editing, zoom, the window), and what the window's keys do. The page hears a key first, and
 * what it has taken never reaches the menu; so each happens once.
 */
export function setMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)))
}

export interface MenuOptions {
  readonly platform: string
  readonly isPackaged: boolean
  readonly run: (command: MenuCommand) => void
}

export function menuTemplate({ platform, isPackaged, run }: MenuOptions): Item[] {
  const isMac = platform === 'darwin'
  const item = (label: string, key: string, command: MenuCommand): Item => ({
    label,
    accelerator: `CommandOrControl+${key}`,
    click: () => run(command),
  })
  const settings = item(text.settings, ',', 'settings')
  const file: Item = {
    label: text.file,
    submenu: [
      item(text.open, 'O', 'open'),
      item(text.publish, 'N', 'publish'),
      separator,
      ...(isMac ? [] : [settings, separator]),
      { role: 'close' },
      ...(isMac ? [] : [{ role: 'quit' } as const]),
    ],
  }
  const edit: Item = {
    label: text.edit,
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
      separator,
      item(text.find, 'F', 'search'),
    ],
  }
  const go: Item = {
    label: text.go,
    submenu: [
      item(text.browse, '1', 'browse'),
      item(text.publishPage, '2', 'publish-page'),
      item(text.installed, '3', 'installed'),
      item(text.transfers, '4', 'transfers'),
      separator,
      item(text.palette, 'K', 'palette'),
      item(text.refresh, 'R', 'refresh'),
    ],
  }
  const view: Item = {
    label: text.view,
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      // The same key without Shift, as on most keyboards.
      { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false, acceleratorWorksWhenHidden: true },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...(isPackaged ? [] : [separator, { role: 'toggleDevTools' } as const]),
    ],
  }
  const help: Item = {
    role: 'help',
    label: text.help,
    submenu: [
      // Its key is the window's: a menu would take it from fields.
      { label: text.shortcuts, click: () => run('shortcuts') },
      separator,
      { label: text.updates, click: () => run('updates') },
      { label: text.diagnostics, click: () => run('diagnostics') },
    ],
  }
  if (!isMac) return [file, edit, go, view, help]
  const app: Item = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  return [app, file, edit, go, view, { role: 'windowMenu' }, help]
}
