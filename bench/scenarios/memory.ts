import type { CDPSession, Page } from 'playwright'
import { fillExampleStore } from '../../e2e/example/fill-store.ts'
import { exampleApps, examplePackages } from '../../e2e/example/packages.ts'
import { installFromBrowse, packageRow } from '../../e2e/pages/browse.ts'
import { openPage } from '../../e2e/pages/window.ts'
import { writeHome } from '../../e2e/prepare-home.ts'
import { requireAvailable } from '../../testkit/available.ts'
import { findChromium } from '../../testkit/chromium.ts'
import { startDisplay } from '../../testkit/xvfb.ts'
import type { Scenario } from '../bench.ts'
import { median, type Section } from '../report.ts'
import { openBrowser, openInBrowser } from '../window-hosts.ts'
import { heapInUse, objectBytes } from '../window-probe.ts'

/** About as many as a person manages in an hour. */
const roundsOfAnHour = 24
const warmUp = 4

interface Size {
  readonly objectBytes: number
  readonly heapBytes: number
  readonly nodes: number
  readonly listeners: number
}

/**
 * An hour of use, as fast as the window takes it: search, a package with all its tabs, previews and a comparison, an install, the other pages, a
 * removal, emptying the trash, clearing the history. After each round the page's garbage is collected, and what is left is measured.
 */
export const memory: Scenario = {
  name: 'memory',
  async run(bench) {
    const chromium = requireAvailable(await findChromium())
    const display = requireAvailable(await startDisplay())
    const home = bench.path('home-of-an-hour')
    const store = bench.path('store-of-an-hour')
    await fillExampleStore(store, { packages: examplePackages.slice(0, 9), scale: 0.01 })
    await writeHome(home, { folders: { 'Team models': store }, settings: { apps: [...exampleApps] } })
    const browser = await openBrowser(chromium, { display: display.name })
    const sizes: Size[] = []
    try {
      const window = await openInBrowser(browser, { home, env: {}, display: display.name })
      const session = await window.page.context().newCDPSession(window.page)
      await session.send('Performance.enable')
      const rounds = warmUp + (bench.quick ? 8 : roundsOfAnHour)
      for (let round = 0; round < rounds; round += 1) {
        await goRound(window.page)
        sizes.push(await measureSize(session))
      }
      await window.stop()
    } finally {
      await browser.close()
      await display.stop()
    }
    return describeSizes(sizes.slice(warmUp))
  },
}

async function measureSize(session: CDPSession): Promise<Size> {
  const heapBytes = await heapInUse(session)
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((each) => each.name === name)?.value ?? 0
  return { objectBytes: await objectBytes(session), heapBytes, nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

async function goRound(page: Page): Promise<void> {
  await openPage(page, 'Browse')
  const search = page.getByRole('searchbox')
  for (const text of ['fraud', 'retail', 'nothing has this name', '']) await search.fill(text)
  await packageRow(page, 'Speech intent classifier').dblclick()
  await page.getByRole('heading', { name: 'Know before you use it' }).waitFor()
  const tab = (name: string) => page.getByRole('tab', { name }).click()
  await tab('Versions')
  for (const version of ['2.0.3', '2.1.0']) await page.getByRole('checkbox', { name: `Compare ${version}` }).check()
  await page.getByRole('region', { name: 'What changed from 2.0.3 to 2.1.0' }).getByRole('listitem').first().waitFor()
  await tab('Files')
  const preview = page.getByRole('region', { name: 'Preview' })
  await page.getByRole('treeitem', { name: 'encoder.safetensors' }).click()
  await preview.getByText('12 of 21 tensors.').waitFor()
  await page.getByRole('treeitem', { name: 'report.csv' }).click()
  await preview.getByRole('columnheader', { name: 'among_three' }).waitFor()
  await tab('Use it')
  await page.getByRole('button', { name: 'Back to Browse' }).click()
  await installFromBrowse(page, 'Invoice field extractor')
  for (const name of ['Publish', 'Transfers', 'Settings'] as const) await openPage(page, name)
  const installed = await openPage(page, 'Installed')
  await page.getByRole('button', { name: 'More for Invoice field extractor 2.4.0' }).click()
  await page.getByRole('menuitem', { name: /^Remove, frees \d/ }).click()
  const space = installed.getByRole('complementary', { name: 'Free up space' })
  await space.getByRole('checkbox', { name: 'Trash' }).setChecked(true)
  await space.getByRole('button', { name: /^Clean up \d/ }).click()
  await page
    .getByText(/^Cleaned up \d/)
    .first()
    .waitFor()
  await openPage(page, 'Transfers')
  await page.getByRole('button', { name: 'Clear history' }).click()
  await openPage(page, 'Settings')
  // As it was before: no toast, no menu, nothing on its way.
  await page.waitForFunction(() => document.querySelector('[role="alert"], [role="menu"]') === null)
}

function describeSizes(sizes: readonly Size[]): Section {
  const third = Math.max(1, Math.floor(sizes.length / 3))
  const parts: readonly (readonly [string, readonly Size[]])[] = [
    ['first third', sizes.slice(0, third)],
    ['middle', sizes.slice(third, -third)],
    ['last third', sizes.slice(-third)],
  ]
  const of = (part: number, pick: (size: Size) => number) => median((parts[part]?.[1] ?? []).map(pick)) ?? 0
  const growth = (pick: (size: Size) => number) => of(2, pick) / of(0, pick)
  const objects = (size: Size) => size.objectBytes
  const heap = ({ heapBytes }: Size) => heapBytes
  const nodes = (size: Size) => size.nodes
  const listeners = (size: Size) => size.listeners
  return {
    title: 'An hour in the window',
    setUp: `${sizes.length} rounds of use after ${warmUp} that warm up: search, a package with its tabs, previews and a comparison, an install, every page, a removal, emptying the trash. Medians of what is left in the page after its garbage is collected.`,
    table: [
      ['', ...parts.map(([title]) => title)],
      ['what the page’s code holds, MB', ...parts.map((_, at) => (of(at, objects) / 1e6).toFixed(2))],
      ['heap in use, with compiled code, MB', ...parts.map((_, at) => (of(at, heap) / 1e6).toFixed(2))],
      ['nodes', ...parts.map((_, at) => of(at, nodes).toFixed(0))],
      ['listeners', ...parts.map((_, at) => of(at, listeners).toFixed(0))],
    ],
    ratios: [
      { what: 'what the page’s code holds, last third ÷ first', value: growth(objects), target: { atMost: 1.02 } },
      { what: 'nodes, last third ÷ first', value: growth(nodes), target: { atMost: 1.03 } },
      { what: 'listeners, last third ÷ first', value: growth(listeners), target: { atMost: 1.03 } },
    ],
    missing: [],
  }
}
