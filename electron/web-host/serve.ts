import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { framesOf } from '../../shared/error-frames.ts'
import { AppError } from '../../shared/errors.ts'
import { createAskedSecrets } from '../engine/connections/secret-file.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { homeFolder } from '../engine/home.ts'
import { createEngine } from '../engine/index.ts'
import { createLogFile } from '../engine/log-file.ts'
import type { LogLevel } from '../engine/ports.ts'
import { samplePath } from '../engine/sample-path.ts'
import { createSystemClock } from '../engine/system-clock.ts'
import { version } from '../engine/version.ts'
import { createEventHub } from '../ipc/event-hub.ts'
import { createWebHostApi } from './host.ts'
import { startWebHost, type WebHost } from './server.ts'

export interface ServeOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the log file; `info` when absent. */
  readonly level?: LogLevel
  /** A free one when absent. */
  readonly port?: number
}

/** An engine of its own and a web host before it. Prints nothing. `usage` when the page has not been built or the port is taken. */
export async function serve({ env, level = 'info', port }: ServeOptions): Promise<WebHost> {
  const rendererFolder = findRendererFolder()
  const home = homeFolder(env, process.platform)
  const disk = createNodeDisk()
  const clock = createSystemClock()
  const log = createLogFile({ disk, clock, home, level })
  const epoch = randomUUID()
  const hub = createEventHub({
    epoch,
    clock,
    report: (error) => log.write('error', 'event.listener', { frames: framesOf(error) }),
  })
  const engine = await createEngine(
    { disk, clock, log, secrets: createAskedSecrets({ disk, home }), announcer: hub },
    {
      home,
      env,
      platform: process.platform,
      version,
      epoch,
      userName: userInfo().username,
      role: 'web-host',
      samplePath: samplePath(),
    },
  )
  const stopEngine = async () => {
    await engine.stop()
    hub.close()
    log.flush()
  }
  try {
    const host = await startWebHost({
      api: engine.api,
      hostApi: createWebHostApi({ disk, home: homedir() }),
      events: hub,
      disk,
      log,
      home,
      port,
      rendererFolder,
    })
    return {
      url: host.url,
      async stop() {
        await host.stop()
        await stopEngine()
      },
    }
  } catch (error) {
    await stopEngine()
    throw error
  }
}

/** `out/renderer`: beside the built command line, or below the checkout when this runs from source. */
function findRendererFolder(): string {
  const fromSource = import.meta.url.endsWith('/serve.ts')
  const folder = fileURLToPath(new URL(fromSource ? '../../out/renderer' : '../renderer', import.meta.url))
  if (existsSync(path.join(folder, 'index.html'))) return folder
  throw new AppError('usage', { problem: 'The page has not been built yet. Run: npm run build' })
}
