import { defineConfig } from 'playwright/test'
import type { AppOptions } from './fixtures.ts'

/**
 * The same specs twice: in a browser over the web host, and in a real Electron; what only one of them has lies in specs/browser or
 * specs/electron. How pages are drawn and read (specs/drawing: contrast, names, zoom, keys of a list) is looked at in the browser alone: they are the
 * same in Electron, and that would take minutes. `npm run e2e` prepares what both need.
 */
export default defineConfig<AppOptions>({
  testDir: 'specs',
  outputDir: '../test-results',
  // Each has servers and a home of its own; more at once would starve their windows.
  workers: 2,
  fullyParallel: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  use: { actionTimeout: 15_000 },
  // In CI a spec may fail once, and is then named as flaky: a lost frame of a busy machine is no verdict on the app, twice is.
  retries: process.env.CI === undefined ? 0 : 1,
  forbidOnly: process.env.CI !== undefined,
  reporter: 'list',
  projects: [
    { name: 'chromium', testIgnore: '**/electron/**', use: { hostKind: 'chromium' } },
    { name: 'electron', testIgnore: ['**/browser/**', '**/drawing/**'], use: { hostKind: 'electron' } },
  ],
})
