import { Menu, type MenuItemConstructorOptions } from 'electron'

/**
 * The menu is for what the system expects: editing, zoom, the window. The page hears a key first, so its own keys (⌘K, ⌘F, ⌘R, ⌘N,
 * ⌘O, ⌘Z, ⌘1–4, ⌘,) win; the menu has none of them but Undo, which acts where text is edited.
 */
export function setMenu({ platform, isPackaged }: { readonly platform: string; readonly isPackaged: boolean }): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ platform, isPackaged })))
}

export function menuTemplate(options: {
  readonly platform: string
  readonly isPackaged: boolean
}): MenuItemConstructorOptions[] {
  const isMac = options.platform === 'darwin'
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      // The same key without Shift, as on most keyboards.
      { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false, acceleratorWorksWhenHidden: true },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...(options.isPackaged ? [] : [separator, { role: 'toggleDevTools' } as const]),
    ],
  }
  if (isMac) return [{ role: 'appMenu' }, { role: 'editMenu' }, view, { role: 'windowMenu' }]
  return [{ label: 'File', submenu: [{ role: 'close' }, separator, { role: 'quit' }] }, { role: 'editMenu' }, view]
}
