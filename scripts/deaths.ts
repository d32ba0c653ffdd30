import { readFileSync, writeFileSync } from 'node:fs'

/** A test file whose process was ended by the fault of a program, not by a test. */
export interface Death {
  /** Absolute path. */
  readonly file: string
  readonly signal: string
}

export interface DeathReport {
  readonly deaths: readonly Death[]
  /** True when nothing else went wrong outside of tests. */
  readonly explainAll: boolean
}

/** The environment variable that tells the reporter where to write. */
export const deathsVariable = 'ORBITAL_TEST_DEATHS'
// SIGABRT is left out: Node ends so when its memory is used up, and that is the fault of what it runs. So is SIGKILL, which somebody sends.
const ofVitest =
  /^Worker exited unexpectedly with signal (SIGSEGV|SIGTRAP|SIGBUS|SIGILL) .*while running test file (.+)$/s

/** A reporter for vitest that writes a `DeathReport`. Its JSON report says only which files have no result. */
export default class DeathReporter {
  onTestRunEnd(_modules: unknown, errors: readonly unknown[]): void {
    const path = process.env[deathsVariable]
    if (path === undefined) return
    const deaths = errors.flatMap((error) => readDeath(error) ?? [])
    const report: DeathReport = { deaths, explainAll: deaths.length === errors.length }
    writeFileSync(path, JSON.stringify(report))
  }
}

function readDeath(error: unknown): Death | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  const [, signal, file] = (cause instanceof Error && ofVitest.exec(cause.message)) || []
  return signal === undefined || file === undefined ? undefined : { signal, file }
}

/** What the reporter wrote; nothing where it did not come to that. */
export function readDeaths(path: string): DeathReport {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { deaths: [], explainAll: false }
  }
}
