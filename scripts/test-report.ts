import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Death, DeathReport } from './deaths.ts'

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** What a suite came to. A suite that could not run at all counts as one skipped test, and a note says why. */
export interface SuiteReport {
  readonly suite: string
  readonly tally: Tally
  /** One line each, for the person who reads the end of the log. */
  readonly notes: readonly string[]
}

interface VitestJson {
  readonly success: boolean
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

interface PlaywrightSuite {
  readonly title: string
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs?: readonly {
    readonly title: string
    readonly tests: readonly {
      readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped'
      readonly annotations: readonly { readonly type: string; readonly description?: string }[]
    }[]
  }[]
}

export function describeTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

export function sumTallies(tallies: readonly Tally[]): Tally {
  const sum = (key: keyof Tally) => tallies.reduce((total, tally) => total + tally[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

export function reportNotRun(suite: string, reason: string): SuiteReport {
  return { suite, tally: { passed: 0, failed: 0, skipped: 1 }, notes: [`Not run: ${suite}: ${reason}`] }
}

export function reportStep(suite: string, exitCode: number | null): SuiteReport {
  if (exitCode === 0) return { suite, tally: { passed: 1, failed: 0, skipped: 0 }, notes: [] }
  return { suite, tally: { passed: 0, failed: 1, skipped: 0 }, notes: [`Failed: ${suite} (exit code ${exitCode})`] }
}

export interface VitestRun extends DeathReport {
  readonly reportPath: string
  readonly exitCode: number | null
}

interface VitestOutcome {
  readonly report: SuiteReport
  /** Files that died before any of their tests is known to have failed: `report` says nothing of them. */
  readonly again: readonly Death[]
}

/**
 * Reads the JSON report of vitest. A file that can't even be loaded is one failed test; so is one whose process died, and an exit code that neither
 * a test nor a death explains.
 */
export async function readVitestReport(suite: string, run: VitestRun): Promise<VitestOutcome> {
  const { exitCode, deaths, explainAll } = run
  const json = await readJson<VitestJson>(run.reportPath)
  if (json === undefined) return { report: reportStep(suite, exitCode === 0 ? null : exitCode), again: [] }
  const notes: string[] = []
  const tally = { passed: 0, failed: 0, skipped: 0 }
  const again: Death[] = []
  for (const { name: file, status, assertionResults } of json.testResults) {
    const name = relative(process.cwd(), file)
    const hasFailed = assertionResults.some((test) => test.status === 'failed')
    const death = deaths.find((each) => each.file === file)
    if (death !== undefined && !hasFailed) {
      again.push(death)
      continue
    }
    if (status === 'failed' && !hasFailed) {
      tally.failed += 1
      notes.push(`Failed: ${name} could not be loaded`)
    }
    for (const test of assertionResults) {
      if (test.status === 'passed') tally.passed += 1
      else if (test.status === 'failed') {
        tally.failed += 1
        notes.push(`Failed: ${test.fullName} (${name})`)
      } else {
        tally.skipped += 1
        notes.push(`Skipped: ${test.fullName} (${name})`)
      }
    }
  }
  const isExplained = again.length > 0 && explainAll
  return { report: explainExitCode({ suite, tally, notes }, isExplained ? 0 : exitCode), again }
}

/** One report of a run and of the second one of the files that died in it. What died again has failed. */
export function withSecondRun(first: VitestOutcome, second: VitestOutcome): SuiteReport {
  const nameOf = ({ file }: Death) => relative(process.cwd(), file)
  const tries = first.again.map((death) => `Run again, as its process died of ${death.signal}: ${nameOf(death)}`)
  const lost = second.again.map((death) => `Failed: the process of ${nameOf(death)} died of ${death.signal}`)
  return {
    suite: first.report.suite,
    tally: sumTallies([first.report.tally, second.report.tally, { passed: 0, failed: lost.length, skipped: 0 }]),
    notes: [...first.report.notes, ...tries, ...second.report.notes, ...lost],
  }
}

/** Reads the JSON report of Playwright. A test that passed at its second try counts as passed, and a note names it. */
export async function readPlaywrightReport(suite: string, path: string, exitCode: number | null): Promise<SuiteReport> {
  const report = await readJson<{ readonly suites: readonly PlaywrightSuite[] }>(path)
  if (report === undefined) return reportStep(suite, exitCode === 0 ? null : exitCode)
  const notes: string[] = []
  const tally = { passed: 0, failed: 0, skipped: 0 }
  const visit = ({ title, suites = [], specs = [] }: PlaywrightSuite) => {
    for (const spec of specs) {
      for (const { status, annotations } of spec.tests) {
        const name = `${title}: ${spec.title}`
        if (status === 'expected') tally.passed += 1
        else if (status === 'flaky') {
          tally.passed += 1
          notes.push(`Passed only at another try: ${name}`)
        } else if (status === 'unexpected') {
          tally.failed += 1
          notes.push(`Failed: ${name}`)
        } else {
          tally.skipped += 1
          const reason = annotations.find(({ type }) => type === 'skip')?.description ?? 'no reason given'
          notes.push(`Skipped: ${name} (${reason})`)
        }
      }
    }
    for (const inner of suites) visit(inner)
  }
  for (const inner of report.suites) visit(inner)
  return explainExitCode({ suite, tally, notes }, exitCode)
}

function explainExitCode(report: SuiteReport, exitCode: number | null): SuiteReport {
  if (exitCode === 0 || report.tally.failed > 0) return report
  const notes = [...report.notes, `Failed: ${report.suite} ended with exit code ${exitCode}`]
  return { ...report, tally: { ...report.tally, failed: 1 }, notes }
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
