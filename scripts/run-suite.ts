import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { readPlaywrightReport, readVitestReport, type SuiteReport } from './test-report.ts'

export const projectRoot = resolve(import.meta.dirname, '..')

/** Runs a script with this Node in the project's folder, its output shown, without input. Gives its exit code. */
export function runNode(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number | null> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, args, {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', () => settle(null))
    child.once('exit', settle)
  })
}

/** Runs projects of vitest.config.ts, and gives what their JSON report says. */
export async function runVitest(suite: string, projects: readonly string[]): Promise<SuiteReport> {
  await using folder = await createTempFolder()
  const path = join(folder.path, 'report.json')
  const args = ['run', '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  const chosen = projects.flatMap((project) => ['--project', project])
  const exitCode = await runNode([join(projectRoot, 'node_modules/vitest/vitest.mjs'), ...args, ...chosen])
  return readVitestReport(suite, path, exitCode)
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
