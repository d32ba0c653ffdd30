/**
 * The app, in the order of its start.
 *
 * 1. The home decides where Electron keeps its own files, and so which app is the only one of its kind: one per home.
 * 2. A second start of the same home brings the first one's window forward and ends.
 * 3. Scheme and hardening, before anything can load.
 * 4. Ready: protocol, permissions, menu, IPC; the theme is read from the settings, so that the window opens in the right colours.
 * 5. The window opens; the engine is made meanwhile, and calls wait for it.
 * 6. Quitting stops the engine first, from the very start on.
 * 7. What the system asks for (links, files, menu items) waits until the window takes it; what transfers mean to the system follows the engine's
 *    events.
 */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import path from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  safeStorage,
  session,
} from 'electron'
import { framesOf } from '../../shared/error-frames.ts'
import { toAppError } from '../../shared/errors.ts'
import { engineContract } from '../../shared/ipc/engine-api.ts'
import { hostContract } from '../../shared/ipc/host-api.ts'
import { desktopText } from '../../shared/text/desktop.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { homeFolder } from '../engine/home.ts'
import { createEngine, type Engine } from '../engine/index.ts'
import { createLogFile } from '../engine/log-file.ts'
import { samplePath } from '../engine/sample-path.ts'
import { createSettingsFile } from '../engine/settings.ts'
import { createSystemClock } from '../engine/system-clock.ts'
import { version } from '../engine/version.ts'
import { createEventHub } from '../ipc/event-hub.ts'
import { createRouter } from '../ipc/router.ts'
import { appId } from './app-id.ts'
import { registerAppScheme, serveApp } from './app-protocol.ts'
import { createBackgroundWork } from './background-work.ts'
import { guardClose } from './close-guard.ts'
import { createFront } from './front.ts'
import { denyByDefault, denyPermissions } from './hardening.ts'
import { createAppHost } from './host.ts'
import { connectIpc } from './ipc-transport.ts'
import { setMenu } from './menu.ts'
import { guardQuit } from './quit-guard.ts'
import { createRequests } from './requests.ts'
import { createAppSecrets } from './secret-store.ts'
import { followTheme, openWindow, setTheme } from './window.ts'

/** What `npm start` waits for on this process's output, when it asks for it by ORBITAL_ANNOUNCE=1. */
const announcement = 'orbital: window shown'

export async function startApp(): Promise<void> {
  const home = homeFolder(process.env, process.platform)
  const disk = createNodeDisk()
  const clock = createSystemClock()
  const log = createLogFile({ disk, clock, home, level: 'info' })

  const userData = path.join(home, 'electron') // 1
  disk.makeFolder(userData)
  app.setName('Orbital')
  if (process.platform === 'win32') app.setAppUserModelId(appId)
  app.setPath('userData', userData)

  const epoch = randomUUID()
  const report = (error: unknown) => log.write('error', 'app.failed', { frames: framesOf(error) })
  const hub = createEventHub({ epoch, clock, report })
  let engineStarted: Promise<Engine> | undefined
  const quitAtOnce = guardQuit(app, async () => {
    const engine = await engineStarted?.catch(() => undefined)
    await engine?.stop() // 6
    hub.close()
    log.flush()
  })
  if (!app.requestSingleInstanceLock()) return app.quit() // 2
  // 7
  const front = createFront(() => BrowserWindow.getAllWindows())
  const requests = createRequests(
    () => hub.change({ kind: 'host.requested' }),
    (file) => disk.facts(file)?.kind === 'file',
  )
  const startArguments = process.argv.slice(app.isPackaged ? 1 : 2)
  requests.addArguments(startArguments, process.cwd())
  app.on('second-instance', (_event, argv, cwd) => {
    requests.addArguments(argv.slice(1), cwd)
    front.show()
  })
  app.on('open-url', (event, url) => {
    event.preventDefault()
    requests.addLink(url)
    front.show()
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    requests.add({ kind: 'path', path: file })
    front.show()
  })
  if (app.isPackaged) app.setAsDefaultProtocolClient('orbital')

  registerAppScheme() // 3
  denyByDefault(app)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)

  await app.whenReady() // 4
  const appFolder = app.getAppPath()
  serveApp({ session: session.defaultSession, rendererFolder: path.join(appFolder, 'out', 'renderer') })
  denyPermissions(session.defaultSession)
  setMenu({
    platform: process.platform,
    isPackaged: app.isPackaged,
    run: (command) => {
      front.showUnlessSeen()
      requests.add({ kind: 'command', command })
    },
  })
  setTheme(readTheme())
  followTheme()

  const engine = startEngine()
  engineStarted = engine
  const router = engine.then(({ api }) =>
    createRouter(
      { ...engineContract, ...hostContract },
      {
        ...api,
        ...createAppHost({
          disk,
          takeRequests: requests.take,
          ownPlaces: async () => [home, ...(await api.libraries.list({})).map((library) => library.path)],
        }),
      },
      {
        report: (procedure, { code, details, cause }) => {
          const isOurs = code === 'internal'
          const more = isOurs ? { what: details, frames: framesOf(cause) } : {}
          log.write(isOurs ? 'error' : 'debug', 'call.failed', { procedure, code, ...more })
        },
      },
    ),
  )
  router.catch((error) => {
    report(error)
    dialog.showErrorBox('Orbital can’t start', describeStart(error))
    app.exit(1)
  })
  connectIpc({ router, hub, onStranger: (channel, origin) => log.write('warn', 'ipc.refused', { channel, origin }) })
  const work = createBackgroundWork({
    showProgress(share, mode) {
      for (const window of BrowserWindow.getAllWindows()) window.setProgressBar(share ?? -1, { mode })
    },
    keepAwake: createKeepAwake(),
    isLookedAt: () => BrowserWindow.getFocusedWindow() !== null,
    notify(transfer) {
      if (!Notification.isSupported()) return
      const notification = new Notification(desktopText.ended(transfer))
      notification.on('click', front.show)
      notification.show()
    },
  })
  hub.subscribe(work.hear)
  // A logout or a restart: the journals have what a transfer needs to go on.
  if (process.platform === 'darwin')
    powerMonitor.on('shutdown', () => {
      log.flush()
      quitAtOnce()
    })
  powerMonitor.on('resume', () => void engine.then(({ wake }) => wake()).catch(report))
  const iconPath = app.isPackaged
    ? path.join(process.resourcesPath, 'icon.png')
    : path.join(appFolder, 'build', 'icon.png')
  let isQuitting = false
  app.on('before-quit', () => {
    isQuitting = true
  })
  const guardWindow = guardClose({
    iconPath,
    running: () => work.running().length,
    isQuitting: () => isQuitting,
    quit: () => app.quit(),
  })
  front.begin(open) // 5
  app.on('activate', front.show)

  function startEngine(): Promise<Engine> {
    return createEngine(
      { disk, clock, log, secrets: createAppSecrets({ disk, log, home, safeStorage }), announcer: hub },
      {
        home,
        env: process.env,
        platform: process.platform,
        version,
        epoch,
        userName: userInfo().username,
        role: 'app',
        samplePath: samplePath(),
      },
    )
  }
  function readTheme() {
    try {
      return createSettingsFile({ disk, log, home }).get().theme
    } catch (error) {
      // The engine meets the same problem and says it.
      report(error)
      return 'system'
    }
  }
  function open(): void {
    const window = openWindow({
      appFolder,
      iconPath,
      onShown: () => {
        if (process.env.ORBITAL_ANNOUNCE === '1') process.stdout.write(`${announcement}\n`)
      },
    })
    guardWindow(window)
  }
}

/** Keeps the computer from sleeping by itself; the screen may go dark. */
function createKeepAwake(): (isNeeded: boolean) => void {
  let id: number | undefined
  return (isNeeded) => {
    if (isNeeded) id ??= powerSaveBlocker.start('prevent-app-suspension')
    else if (id !== undefined) {
      powerSaveBlocker.stop(id)
      id = undefined
    }
  }
}

/** For the box that is all a person sees when the app can't start. */
export function describeStart(error: unknown): string {
  const { code } = toAppError(error)
  return `Something in its home folder can’t be used (${code}).\nHome folder: ${homeFolder(process.env, process.platform)}`
}
