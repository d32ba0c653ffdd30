import path from 'node:path'
import { BrowserWindow, nativeTheme } from 'electron'
import type { Settings } from '../../shared/model/settings.ts'
import { appOrigin } from './app-protocol.ts'

type Theme = Settings['theme']

/** The same as the page's own tokens (canvas, chrome, text), so that nothing flashes while it loads. */
const colours = {
  light: { canvas: '#ffffff', bar: '#ffffff', symbol: '#16171b' },
  dark: { canvas: '#17181b', bar: '#17181b', symbol: '#ecedf0' },
} as const
const barHeight = 52

/** Opens the window with the page; it is shown once there is something to see. */
export function openWindow({
  appFolder,
  iconPath,
  onShown,
}: {
  readonly appFolder: string
  readonly iconPath: string
  readonly onShown: () => void
}): BrowserWindow {
  const isMac = process.platform === 'darwin'
  const { canvas } = currentColours()
  const window = new BrowserWindow({
    title: 'Orbital',
    width: 1280,
    height: 840,
    // Below 900×600 the page goes to one column: room for those who enlarge it to 200 %.
    minWidth: 480,
    minHeight: 360,
    show: false,
    backgroundColor: canvas,
    titleBarStyle: isMac ? 'hiddenInset' : 'hidden',
    ...(isMac ? { trafficLightPosition: { x: 18, y: 19 } } : { titleBarOverlay: overlay() }),
    ...(process.platform === 'linux' ? { icon: iconPath } : {}),
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.join(appFolder, 'out', 'preload', 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
      // What is typed or pasted into the page is never sent to be checked or completed.
      navigateOnDragDrop: false,
    },
  })
  window.once('ready-to-show', () => {
    window.show()
    onShown()
  })
  void window.loadURL(`${appOrigin}/`)
  return window
}

/** Follows the settings, or the system where they say so; windows that are open change at once. */
export function setTheme(theme: Theme): void {
  nativeTheme.themeSource = theme
}

/** To be called once: keeps the window's own colours with the theme. */
export function followTheme(): void {
  nativeTheme.on('updated', () => {
    for (const window of BrowserWindow.getAllWindows()) {
      window.setBackgroundColor(currentColours().canvas)
      if (process.platform !== 'darwin') window.setTitleBarOverlay(overlay())
    }
  })
}

const currentColours = () => (nativeTheme.shouldUseDarkColors ? colours.dark : colours.light)

function overlay() {
  const { bar, symbol } = currentColours()
  // One pixel less than the bar leaves its hairline visible below the buttons.
  return { color: bar, symbolColor: symbol, height: barHeight - 1 }
}
