/**
 * `npm test`: everything that this machine can run.
 *
 * 1. Fetch what the rigs need and what isn't cached yet; what can't be had is named at the end.
 * 2. Build, for the tests that look at or drive the built app.
 * 3. Unit, then integration, then the flows in Chromium and in Electron.
 *    With ORBITAL_TEST_SCREENSHOTS set, then the pages compared with the approved pictures of them.
 * 4. A table by suite, a line for each suite or test that did not run, and as the last line the sum.
 *
 * ORBITAL_TEST_SUMMARY names a file that gets the sum as JSON, and beside it `<file>.failed` what failed, a line each; the last line then starts with
 * "npm test: ".
 */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Available, isMissing } from '../testkit/available.ts'
import { fetchElectronRuntime } from '../testkit/electron-runtime.ts'
import { fetchOldTools } from '../testkit/old-tools.ts'
import { fetchRclone } from '../testkit/rclone-server.ts'
import { fetchRealModel } from '../testkit/real-model.ts'
import { fetchS3Server } from '../testkit/s3-server.ts'
import { runE2e } from './e2e.ts'
import { projectRoot, runNode, runVitest } from './run-suite.ts'
import { describeTally, reportNotRun, reportStep, type SuiteReport, sumTallies } from './test-report.ts'

const rigs: Readonly<Record<string, () => Promise<Available<unknown>>>> = {
  'the S3 server': fetchS3Server,
  'rclone serve s3': fetchRclone,
  'the old tools': fetchOldTools,
  'the real model': fetchRealModel,
  'the Electron of the tests': fetchElectronRuntime,
}

const buildEntries = [
  'electron/main/index.ts',
  'electron/cli/main.ts',
  'electron/preload/preload.ts',
  'renderer/index.html',
]

async function fetchRigs(): Promise<void> {
  console.log('Fetching what the tests run against (cached after the first time).')
  for (const [name, fetchRig] of Object.entries(rigs)) {
    const startedMs = performance.now()
    const outcome = await fetchRig()
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    console.log(`  ${name}: ${isMissing(outcome) ? outcome.missing : `here (${seconds} s)`}`)
  }
}

async function build(): Promise<SuiteReport> {
  const absent = ['scripts/build.ts', ...buildEntries].filter((path) => !existsSync(join(projectRoot, path)))
  if (absent.length > 0) return reportNotRun('build', `not there yet: ${absent.join(', ')}`)
  return reportStep('build', await runNode(['scripts/build.ts']))
}

async function compareScreenshots(): Promise<SuiteReport> {
  const exitCode = await runNode(['scripts/screenshots.ts', '--compare'])
  return exitCode === 2
    ? reportNotRun('screenshots', 'another browser took the approved ones')
    : reportStep('screenshots', exitCode)
}

const reports: SuiteReport[] = []
const startedMs = performance.now()
const seconds: number[] = []

async function time(run: () => Promise<readonly SuiteReport[]>): Promise<void> {
  const fromMs = performance.now()
  const finished = await run()
  for (const report of finished) {
    reports.push(report)
    seconds.push((performance.now() - fromMs) / 1000 / finished.length)
  }
}

await fetchRigs()
await time(async () => [await build()])
await time(async () => [await runVitest('unit', ['unit', 'renderer'])])
await time(async () => [await runVitest('integration', ['integration'])])
await time(async () => runE2e())
if (process.env.ORBITAL_TEST_SCREENSHOTS !== undefined) await time(async () => [await compareScreenshots()])

const total = sumTallies(reports.map(({ tally }) => tally))
console.log('')
for (const { notes } of reports) for (const note of notes) console.log(note)
for (const [index, { suite, tally }] of reports.entries()) {
  const { passed, failed, skipped } = tally
  console.log(`${suite}: ${passed} + ${failed} failed + ${skipped} skipped in ${seconds[index]?.toFixed(0)} s`)
}
console.log(`All suites together took ${((performance.now() - startedMs) / 1000).toFixed(0)} s.`)
const summaryPath = process.env.ORBITAL_TEST_SUMMARY
if (summaryPath !== undefined) {
  await writeFile(summaryPath, JSON.stringify(total))
  const failed = reports.flatMap(({ notes }) => notes.filter((note) => note.startsWith('Failed: ')))
  await writeFile(`${summaryPath}.failed`, failed.map((note) => `${note}\n`).join(''))
}
console.log(`${summaryPath === undefined ? '' : 'npm test: '}${describeTally(total)}`)
process.exitCode = total.failed > 0 ? 1 : 0
