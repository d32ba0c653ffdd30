import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { describeTally, readPlaywrightReport, readVitestReport, sumTallies } from './test-report.ts'

async function withFile<T>(content: unknown, read: (path: string) => Promise<T>): Promise<T> {
  await using folder = await createTempFolder()
  const path = join(folder.path, 'report.json')
  await writeFile(path, JSON.stringify(content))
  return read(path)
}

const vitestFile = (...statuses: string[]) => ({
  name: resolve('a.test.ts'),
  status: statuses.includes('failed') ? 'failed' : 'passed',
  message: '',
  assertionResults: statuses.map((status) => ({ fullName: `is ${status}`, status })),
})

test('vitest: counts and names what failed and what was skipped', async () => {
  const report = { success: false, testResults: [vitestFile('passed', 'failed', 'skipped', 'todo')] }
  expect(await withFile(report, (path) => readVitestReport('unit', path, 1))).toEqual({
    suite: 'unit',
    tally: { passed: 1, failed: 1, skipped: 2 },
    notes: ['Failed: is failed (a.test.ts)', 'Skipped: is skipped (a.test.ts)', 'Skipped: is todo (a.test.ts)'],
  })
})

test('vitest: a file that could not be loaded has failed', async () => {
  const report = { success: false, testResults: [{ ...vitestFile(), status: 'failed' }, vitestFile('passed')] }
  const { tally } = await withFile(report, (path) => readVitestReport('unit', path, 1))
  expect(tally).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

test('an exit code that no test explains, and a report that is not there, are failures', async () => {
  const report = { success: false, testResults: [vitestFile('passed')] }
  expect((await withFile(report, (path) => readVitestReport('unit', path, 1))).tally.failed).toBe(1)
  expect((await readVitestReport('unit', '/nonexistent', 0)).tally.failed).toBe(1)
  expect((await readPlaywrightReport('e2e', '/nonexistent', 1)).tally.failed).toBe(1)
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
