/**
 * `npm run dist`: the app as a folder that runs on its own, in dist/.
 *
 * 1. Find the runtime to package: ELECTRON_OVERRIDE_DIST_PATH, else the one in node_modules, else try to get it. Without one this
 *    ends at once and says so (electron-builder would try for a minute).
 * 2. Build out/.
 * 3. Package (electron-builder.yml): bundled code in an archive, fuses set, nothing of Electron's own demo app.
 * 4. See the packaged app open its window and its command answer, where there is a screen or a virtual one.
 */
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, type Configuration } from 'electron-builder'
import { checkPackaged } from './check-packaged.ts'
import { executableOf } from './choose-interface.ts'
import { fetchElectron } from './fetch-electron.ts'
import { runNode } from './run-suite.ts'

const root = resolve(import.meta.dirname, '..')
const electronFolder = join(root, 'node_modules/electron')

const runtime = findRuntime() ?? (await fetchRuntime())
if (runtime === undefined) {
  console.error('There is no Electron runtime to package here, and none can be had.')
  console.error('Name one by ELECTRON_OVERRIDE_DIST_PATH, or run this where Electron can be downloaded.')
  process.exit(1)
}
const electronVersion = readFileSync(join(runtime, 'version'), 'utf8').trim().replace(/^v/, '')
console.log(`Packaging with Electron ${electronVersion}.`)
if ((await runNode(['scripts/build.ts'])) !== 0) process.exit(1)

const config: Configuration = {
  extends: join(root, 'electron-builder.yml'),
  electronDist: runtime,
  electronVersion,
  afterPack: async ({ packager, appOutDir }) =>
    rm(join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true }),
}
await rm(join(root, 'dist'), { recursive: true, force: true })
await build({ projectDir: root, dir: true, publish: 'never', config })
const outcome = await checkPackaged(join(root, 'dist'))
console.log(outcome.text)
process.exitCode = outcome.ok ? 0 : 1

function findRuntime(): string | undefined {
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH
  return [named, join(electronFolder, 'dist')].find(
    (folder) =>
      folder && existsSync(join(folder, executableOf(process.platform))) && existsSync(join(folder, 'version')),
  )
}

async function fetchRuntime(): Promise<string | undefined> {
  console.log('Getting Electron (once, about 120 MB).')
  const { signal } = new AbortController()
  await fetchElectron(electronFolder, { signal, limits: { stallMs: 8_000, overallMs: 300_000 } })
  return findRuntime()
}
