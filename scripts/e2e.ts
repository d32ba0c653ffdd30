/**
 * `npm run e2e [-- --project=chromium|electron] [-- <what Playwright takes>]`: the flows of e2e/specs in a browser over the web host
 * and in a real Electron. Needs a build (`npm run build`).
 *
 * Specs get: ORBITAL_CHROMIUM (the browser's executable); ELECTRON_OVERRIDE_DIST_PATH (the runtime's folder), ORBITAL_TEST_DISPLAYS (a screen for each
 * worker), and a session bus with a keyring where there is one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isMissing } from '../testkit/available.ts'
import { findChromium } from '../testkit/chromium.ts'
import { fetchElectronRuntime, testElectronVersion } from '../testkit/electron-runtime.ts'
import { startKeyring } from '../testkit/keyring.ts'
import { type Display, startDisplay } from '../testkit/xvfb.ts'
import { projectRoot, runPlaywright } from './run-suite.ts'
import { describeTally, reportNotRun, type SuiteReport, sumTallies } from './test-report.ts'

const projects = ['chromium', 'electron'] as const
type Project = (typeof projects)[number]

/** Runs the suites that this machine can run; the others are reported as not run, with the reason. */
export async function runE2e(
  chosen: readonly Project[] = projects,
  extra: readonly string[] = [],
): Promise<SuiteReport[]> {
  const reason = findObstacle()
  if (reason !== undefined) return chosen.map((project) => reportNotRun(`e2e in ${project}`, reason))
  const reports: SuiteReport[] = []
  if (chosen.includes('chromium')) reports.push(await runInChromium(extra))
  if (chosen.includes('electron')) reports.push(await runInElectron(extra))
  return reports
}

function findObstacle(): string | undefined {
  if (!existsSync(join(projectRoot, 'e2e/playwright.config.ts'))) return 'there are no specs yet'
  if (!existsSync(join(projectRoot, 'out/main/index.js'))) return 'there is no build (npm run build)'
  return undefined
}

async function runInChromium(extra: readonly string[]): Promise<SuiteReport> {
  const executable = await findChromium()
  if (isMissing(executable)) return reportNotRun('e2e in chromium', executable.missing)
  return runPlaywright('chromium', { ORBITAL_CHROMIUM: executable }, extra)
}

async function runInElectron(extra: readonly string[]): Promise<SuiteReport> {
  const runtime = await fetchElectronRuntime()
  if (isMissing(runtime)) return reportNotRun('e2e in electron', runtime.missing)
  const display = await startDisplay()
  if (isMissing(display)) return reportNotRun('e2e in electron', display.missing)
  const keyring = await startKeyring()
  // Windows on one screen take the focus from each other, so only screens of our own allow two at a time.
  const second = display.isOwn ? await startDisplay() : undefined
  const displays: readonly Display[] = second === undefined || isMissing(second) ? [display] : [display, second]
  const names = displays.map(({ name }) => name).join(' ')
  console.log(`Electron ${testElectronVersion} on display ${names}, ${describeKeyring(keyring)}`)
  try {
    const bus = isMissing(keyring) ? {} : keyring.env
    const env = { ...bus, ELECTRON_OVERRIDE_DIST_PATH: runtime, ORBITAL_TEST_DISPLAYS: names }
    return await runPlaywright('electron', env, [...(displays.length === 1 ? ['--workers=1'] : []), ...extra])
  } finally {
    if (!isMissing(keyring)) await keyring.stop()
    for (const each of displays) await each.stop()
  }
}

function describeKeyring(keyring: unknown): string {
  return isMissing(keyring) ? `without a keyring (${keyring.missing})` : 'with a keyring'
}

function readProjects(args: readonly string[]): {
  readonly chosen: readonly Project[]
  readonly extra: readonly string[]
} {
  const named = projects.filter((project) => args.includes(`--project=${project}`))
  const extra = args.filter((arg) => !projects.some((project) => arg === `--project=${project}`))
  return { chosen: named.length > 0 ? named : projects, extra }
}

if (import.meta.main) {
  const { chosen, extra } = readProjects(process.argv.slice(2))
  const reports = await runE2e(chosen, extra)
  const tally = sumTallies(reports.map((report) => report.tally))
  for (const note of reports.flatMap(({ notes }) => notes)) console.log(note)
  console.log(describeTally(tally))
  process.exitCode = tally.failed > 0 ? 1 : 0
}
