import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright'
import { isMissing, requireAvailable } from '../../testkit/available.ts'
import { findChromium } from '../../testkit/chromium.ts'
import { fetchElectronRuntime } from '../../testkit/electron-runtime.ts'
import { startDisplay } from '../../testkit/xvfb.ts'
import type { Scenario } from '../bench.ts'
import { manyVersions } from '../listed-versions.ts'
import { median, type Section } from '../report.ts'
import { startListingServer } from '../start-listing-server.ts'
import { type MeasuredWindow, openBrowser, openInBrowser, openInElectron, type Where } from '../window-hosts.ts'
import { type Frames, heapInUse, scroll, traceFrames, typeAndTime } from '../window-probe.ts'

const packageCount = 100_000
const versionCount = 10_000
/** One that finds much, one of several words, one that finds nothing. */
const queries = ['fraud', 'card vision 99', 'nothing has this name']

interface Round {
  readonly newHomeMs: number
  readonly usableMs: number
  readonly typeMs: number
  readonly typing: Frames
  readonly scrolled: Frames
  readonly stepped: Frames
  readonly refreshed: Frames
  readonly pageMs: number
  readonly versionsMs: number
  readonly versionsScrolled: Frames
  readonly heapBytes: number
}
type Open = (where: Where) => Promise<MeasuredWindow>

/**
 * The window itself, in a real one on a screen: a bucket of 100,000 packages (listing-server.ts), one of them with 10,000 versions, listed by an
 * earlier run. Each round starts both hosts anew: on an empty home and on that one; types, scrolls by wheel and by key, refreshes after one version
 * has changed, opens the package with the many versions and scrolls those.
 */
export const window: Scenario = {
  name: 'window',
  async run(bench) {
    const chromium = requireAvailable(await findChromium())
    const display = requireAvailable(await startDisplay())
    const runtime = await fetchElectronRuntime()
    const server = await startListingServer(packageCount, versionCount)
    const home = bench.path('home-of-many')
    const rounds = new Map<string, Round[]>()
    try {
      writeHome(home, server.endpoint)
      await bench.orbitalAt({ ...bench.env, ORBITAL_HOME: home }, 'update', '--from', 'many')
      const browser = await openBrowser(chromium, { display: display.name })
      const hosts: Readonly<Record<string, Open>> = {
        'web host, Chromium': (where) => openInBrowser(browser, where),
        ...(isMissing(runtime) ? {} : { 'Electron 33': (where: Where) => openInElectron(runtime, where) }),
      }
      for (let round = 0; round < bench.rounds; round += 1)
        for (const [name, open] of Object.entries(hosts)) {
          const newHome = bench.path(`home-${name.length}-${round}`)
          const change = () => fetch(`${server.endpoint}/bench/change`, { method: 'POST', body: String(500 + round) })
          const found = await measureWindow(open, { display: display.name, home, newHome, change })
          rounds.set(name, [...(rounds.get(name) ?? []), found])
        }
      await browser.close()
    } finally {
      server.stop()
      await display.stop()
    }
    return describe(rounds, bench.rounds, isMissing(runtime) ? [runtime.missing] : [])
  },
}

function writeHome(home: string, endpoint: string): void {
  mkdirSync(home, { recursive: true })
  const signIn = { kind: 'anonymous' }
  const location = { kind: 's3', bucket: 'bench', root: '', endpoint, region: 'us-east-1', addressing: 'path', signIn }
  const connections = [{ id: 'many', name: 'Many', location }]
  writeFileSync(join(home, 'connections.json'), JSON.stringify({ format: 1, defaultId: 'many', connections }))
}

interface Given {
  readonly display: string
  readonly home: string
  readonly newHome: string
  readonly change: () => Promise<unknown>
}

async function measureWindow(open: Open, { display, home, newHome, change }: Given): Promise<Round> {
  const first = await open({ home: newHome, env: {}, display })
  await first.stop()
  const window = await open({ home, env: {}, display })
  try {
    const { page, usableMs } = window
    const session = await page.context().newCDPSession(page)
    await page.getByText(`${(packageCount + 1).toLocaleString('en-GB')} packages`).waitFor({ timeout: 60_000 })
    await untilChecked(page)
    return { newHomeMs: first.usableMs, usableMs, ...(await actIn(page, session, change)) }
  } finally {
    await window.stop()
  }
}

const refreshButton = (page: Page) => page.getByRole('button', { name: 'Check for new packages' })
const untilChecked = (page: Page) => page.getByText(/^Up to date/).waitFor({ timeout: 60_000 })

/** ms from the beginning of what is done until its result is there. */
async function timeOf(page: Page, act: () => Promise<unknown>, result: string): Promise<number> {
  const startMs = performance.now()
  await act()
  await page.locator(result).first().waitFor()
  return performance.now() - startMs
}

async function actIn(page: Page, session: CDPSession, change: () => Promise<unknown>) {
  const search = page.getByRole('searchbox')
  const typed: number[] = []
  const typing = await traceFrames(session, async () => {
    for (const query of queries) {
      await search.fill('')
      await search.focus()
      typed.push(...(await typeAndTime(page, query)))
    }
  })
  await search.fill('')
  const list = page.getByRole('grid', { name: 'Packages' })
  await list.getByRole('row').nth(1).waitFor()
  const scrolled = await traceFrames(session, () => scroll(page, session, '.list', { distance: 60_000, speed: 12_000 }))
  await list.focus()
  const stepped = await traceFrames(session, async () => {
    for (let press = 0; press < 120; press += 1) await page.keyboard.press(press % 10 === 9 ? 'PageDown' : 'ArrowDown')
  })
  await change()
  const refreshed = await traceFrames(session, async () => {
    await refreshButton(page).click()
    await page.getByText('Checking…').waitFor()
    await untilChecked(page)
  })
  await search.fill(manyVersions)
  await page.getByText(`1 of ${(packageCount + 1).toLocaleString('en-GB')} packages`).waitFor()
  await list.focus()
  const pageMs = await timeOf(page, () => page.keyboard.press('Enter'), '.hero h1')
  const versionsMs = await timeOf(page, () => page.getByRole('tab', { name: /^Versions/ }).click(), '.versions .num')
  const distance = 60_000
  const versionsScrolled = await traceFrames(session, () =>
    scroll(page, session, '.versions', { distance, speed: 12_000 }),
  )
  return {
    ...{ typeMs: Math.max(...typed), typing, scrolled, stepped, refreshed, pageMs, versionsMs, versionsScrolled },
    heapBytes: await heapInUse(session),
  }
}

function describe(found: ReadonlyMap<string, readonly Round[]>, rounds: number, missing: readonly string[]): Section {
  const hosts = [...found.keys()]
  const of = (host: string, pick: (round: Round) => number) => median((found.get(host) ?? []).map(pick)) ?? 0
  const worst = (pick: (round: Round) => number) => Math.max(...hosts.map((host) => of(host, pick)))
  const rows: readonly (readonly [string, (round: Round) => number])[] = [
    ['start with an empty home to the first row, ms', ({ newHomeMs }) => newHomeMs],
    ['start with the list that was kept to the first row, ms', ({ usableMs }) => usableMs],
    ['slowest key typed into the search to the frame with its result, ms', ({ typeMs }) => typeMs],
    ['typing: longest task, ms', ({ typing }) => typing.longestTaskMs],
    ...framesRows('scrolling by wheel', ({ scrolled }) => scrolled),
    ...framesRows('moving by keys', ({ stepped }) => stepped),
    ['refresh after one change: longest task, ms', ({ refreshed }) => refreshed.longestTaskMs],
    ['package with 10,000 versions: its page, ms', ({ pageMs }) => pageMs],
    ['its versions, ms', ({ versionsMs }) => versionsMs],
    ...framesRows('scrolling its versions', ({ versionsScrolled }) => versionsScrolled),
    ['heap of the page in use at the end, MB', ({ heapBytes }) => heapBytes / 1e6],
  ]
  const target = (what: string, pick: (round: Round) => number, atMost: number) => ({
    what,
    value: worst(pick),
    unit: ' ms',
    target: { atMost },
  })
  return {
    title: 'The window',
    setUp: `${packageCount.toLocaleString('en-GB')} packages over loopback, one more with ${versionCount.toLocaleString('en-GB')} versions; each host on a screen of its own; median of ${rounds}. A frame is one that Chromium drew, in its trace; a task is one of the page's thread, in CPU time. Figures against targets are those of the slower host.`,
    table: [['', ...hosts], ...rows.map(([title, pick]) => [title, ...hosts.map((host) => of(host, pick).toFixed(1))])],
    ratios: [
      target('start with an empty home', ({ newHomeMs }) => newHomeMs, 1500),
      target('start with 100,000 packages', ({ usableMs }) => usableMs, 1500),
      target('type to result', ({ typeMs }) => typeMs, 100),
      target('longest frame while scrolling by wheel', ({ scrolled }) => scrolled.longestMs, 33),
      target('longest task while scrolling by wheel', ({ scrolled }) => scrolled.longestTaskMs, 33),
      target('longest frame while moving by keys', ({ stepped }) => stepped.longestMs, 33),
      target('longest task while moving by keys', ({ stepped }) => stepped.longestTaskMs, 33),
      target('longest frame while scrolling 10,000 versions', ({ versionsScrolled }) => versionsScrolled.longestMs, 33),
      target(
        'longest task while scrolling 10,000 versions',
        ({ versionsScrolled }) => versionsScrolled.longestTaskMs,
        33,
      ),
      target('longest task while a refresh brings one change', ({ refreshed }) => refreshed.longestTaskMs, 33),
    ],
    missing,
  }
}

const framesRows = (what: string, pick: (round: Round) => Frames) =>
  [
    [`${what}: longest between two frames, ms`, (round: Round) => pick(round).longestMs],
    [`p99, ms`, (round: Round) => pick(round).p99Ms],
    [`longest task, ms`, (round: Round) => pick(round).longestTaskMs],
  ] as const
