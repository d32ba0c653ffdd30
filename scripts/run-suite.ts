import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { deathsVariable, readDeaths } from './deaths.ts'
import {
  readPlaywrightReport,
  readVitestReport,
  type SuiteReport,
  type VitestRun,
  withSecondRun,
} from './test-report.ts'

export const projectRoot = resolve(import.meta.dirname, '..')

/** Runs a script with this Node in the project's folder, its output shown, without input. Gives its exit code. */
export function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = projectRoot,
): Promise<number | null> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', () => settle(null))
    child.once('exit', settle)
  })
}

/**
 * Runs projects of the vitest.config.ts in `root`, and gives what their JSON report says. Files whose process died by a fault of Node run once more,
 * and a note names each; one in which a test failed before that does not.
 */
export async function runVitest(suite: string, projects: readonly string[], root = projectRoot): Promise<SuiteReport> {
  await using folder = await createTempFolder()
  const run = async (name: string, files: readonly string[]): Promise<VitestRun> => {
    const [reportPath, deathsPath] = [join(folder.path, `${name}.json`), join(folder.path, `${name}-deaths.json`)]
    const reporters = ['default', 'json', join(import.meta.dirname, 'deaths.ts')].map((each) => `--reporter=${each}`)
    const args = ['run', '--passWithNoTests', ...reporters, `--outputFile.json=${reportPath}`]
    const chosen = projects.flatMap((project) => ['--project', project])
    const vitest = join(projectRoot, 'node_modules/vitest/vitest.mjs')
    const exitCode = await runNode([vitest, ...args, ...chosen, ...files], { [deathsVariable]: deathsPath }, root)
    return { reportPath, exitCode, ...readDeaths(deathsPath) }
  }
  const first = await readVitestReport(suite, await run('first', []))
  if (first.again.length === 0) return first.report
  const files = first.again.map(({ file }) => file)
  return withSecondRun(first, await readVitestReport(suite, await run('second', files)))
}

/** Runs one project of e2e/playwright.config.ts, and gives what its JSON report says. */
export async function runPlaywright(
  project: string,
  env: Readonly<Record<string, string>>,
  extraArguments: readonly string[],
  suite = `e2e in ${project}`,
): Promise<SuiteReport> {
  await using folder = await createTempFolder()
  const path = join(folder.path, 'report.json')
  const args = ['test', '--config', 'e2e/playwright.config.ts', '--project', project, '--reporter=list,json']
  const exitCode = await runNode([join(projectRoot, 'node_modules/playwright/cli.js'), ...args, ...extraArguments], {
    ...env,
    PLAYWRIGHT_JSON_OUTPUT_FILE: path,
  })
  return readPlaywrightReport(suite, path, exitCode)
}
