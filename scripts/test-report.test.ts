import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../testkit/temp-folder.ts'
import type { Death, DeathReport } from './deaths.ts'
import { describeTally, readPlaywrightReport, readVitestReport, sumTallies, withSecondRun } from './test-report.ts'

async function withFile<T>(content: unknown, read: (path: string) => Promise<T>): Promise<T> {
  await using folder = await createTempFolder()
  const path = join(folder.path, 'report.json')
  await writeFile(path, JSON.stringify(content))
  return read(path)
}

const noDeath: DeathReport = { deaths: [], explainAll: true }
const readVitest = (content: unknown, run: DeathReport = noDeath) =>
  withFile(content, (reportPath) => readVitestReport('unit', { reportPath, exitCode: 1, ...run }))

const vitestFile = (...statuses: string[]) => ({
  name: resolve('a.test.ts'),
  status: statuses.includes('failed') ? 'failed' : 'passed',
  message: '',
  assertionResults: statuses.map((status) => ({ fullName: `is ${status}`, status })),
})

test('vitest: counts and names what failed and what was skipped', async () => {
  const report = { success: false, testResults: [vitestFile('passed', 'failed', 'skipped', 'todo')] }
  expect((await readVitest(report)).report).toEqual({
    suite: 'unit',
    tally: { passed: 1, failed: 1, skipped: 2 },
    notes: ['Failed: is failed (a.test.ts)', 'Skipped: is skipped (a.test.ts)', 'Skipped: is todo (a.test.ts)'],
  })
})

test('vitest: a file that could not be loaded has failed', async () => {
  const report = { success: false, testResults: [{ ...vitestFile(), status: 'failed' }, vitestFile('passed')] }
  const { tally } = (await readVitest(report)).report
  expect(tally).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

test('an exit code that no test explains, and a report that is not there, are failures', async () => {
  const report = { success: false, testResults: [vitestFile('passed')] }
  expect((await readVitest(report)).report.tally.failed).toBe(1)
  const nothing = { reportPath: '/nonexistent', exitCode: 0, ...noDeath }
  expect((await readVitestReport('unit', nothing)).report.tally.failed).toBe(1)
  expect((await readPlaywrightReport('e2e', '/nonexistent', 1)).tally.failed).toBe(1)
})

test('vitest: a file that died runs again, unless a test of it failed, and has failed when it dies again', async () => {
  const dead: Death = { file: resolve('dead.test.ts'), signal: 'SIGSEGV' }
  const died = { ...vitestFile('passed', 'pending'), name: dead.file, status: 'failed' }
  const sound = vitestFile('passed')
  const first = await readVitest({ testResults: [died, sound] }, { deaths: [dead], explainAll: true })
  expect(first).toEqual({
    again: [dead],
    report: { suite: 'unit', tally: { passed: 1, failed: 0, skipped: 0 }, notes: [] },
  })
  const note = 'Run again, as its process died of SIGSEGV: dead.test.ts'

  const second = await readVitest({ testResults: [{ ...sound, name: dead.file }] }, { deaths: [], explainAll: true })
  expect(second.again).toEqual([])
  const again = await readVitest({ testResults: [died] }, { deaths: [dead], explainAll: true })
  expect(withSecondRun(first, again)).toEqual({
    suite: 'unit',
    tally: { passed: 1, failed: 1, skipped: 0 },
    notes: [note, 'Failed: the process of dead.test.ts died of SIGSEGV'],
  })

  const hasFailed = { ...vitestFile('failed', 'pending'), name: dead.file }
  const { again: none, report } = await readVitest({ testResults: [hasFailed] }, { deaths: [dead], explainAll: true })
  expect(none).toEqual([])
  expect(report.tally).toEqual({ passed: 0, failed: 1, skipped: 1 })

  // Something else went wrong, too.
  const more = await readVitest({ testResults: [died, sound] }, { deaths: [dead], explainAll: false })
  expect(more.report.tally.failed).toBe(1)
})

test('Playwright: counts in nested suites and gives the reason of a skip', async () => {
  const spec = (title: string, status: string, annotations: unknown[] = []) => ({
    title,
    tests: [{ status, annotations }],
  })
  const inner = {
    title: 'publish',
    specs: [
      spec('a', 'expected'),
      spec('b', 'flaky'),
      spec('c', 'unexpected'),
      spec('d', 'skipped', [{ type: 'skip', description: 'no keyring' }]),
    ],
  }
  const report = { suites: [{ title: 'publish.spec.ts', suites: [inner], specs: [spec('e', 'expected')] }] }
  const { tally, notes } = await withFile(report, (path) => readPlaywrightReport('e2e', path, 1))
  expect(tally).toEqual({ passed: 3, failed: 1, skipped: 1 })
  expect(notes).toEqual([
    'Passed only at another try: publish: b',
    'Failed: publish: c',
    'Skipped: publish: d (no keyring)',
  ])
})

test('the last line is the sum', () => {
  const sum = sumTallies([
    { passed: 1, failed: 2, skipped: 3 },
    { passed: 10, failed: 0, skipped: 1 },
  ])
  expect(describeTally(sum)).toBe('11 passed, 2 failed, 4 skipped')
})
