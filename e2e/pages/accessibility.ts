import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from 'playwright/test'
import type { AppUnderTest } from '../fixtures.ts'

type Theme = 'light' | 'dark'

/** What axe finds wrong with the page as it stands, one line each. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  // In Electron a page can't be opened beside this one, which the newer mode needs.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`)
}

export async function setTheme(page: Page, colorScheme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
}

/** A state of a page, in both themes, one of them in a small window; then as at 200 % zoom of a laptop's window and of the smallest one. */
export async function checkState(app: AppUnderTest, state: string): Promise<void> {
  const { page } = app
  const looks = [
    { theme: 'light', width: 1440, height: 900 },
    { theme: 'dark', width: 900, height: 600 },
  ] as const
  for (const { theme, width, height } of looks) {
    await app.resize({ width, height })
    await setTheme(page, theme)
    expect.soft(await findViolations(page), `${state}, ${theme}, ${width}×${height}`).toEqual([])
    await checkRoom(page, `${state}, ${width}×${height}`)
  }
  await checkZoomed(app, state)
}

/** At 200 % zoom of a laptop's window and of the smallest one. */
export async function checkZoomed(app: AppUnderTest, place: string): Promise<void> {
  for (const size of [
    { width: 1440, height: 900 },
    { width: 900, height: 600 },
  ]) {
    await zoom(app, size, 2)
    await checkRoom(app.page, `${place}, ${size.width}×${size.height} at 200 %`)
  }
  await zoom(app, { width: 1440, height: 900 }, 1)
}

/** Electron zooms as a person does; to a page in a browser it is the same as a window of half the size. */
async function zoom(app: AppUnderTest, { width, height }: { width: number; height: number }, factor: 1 | 2) {
  if (app.electronApp === undefined) return app.resize({ width: width / factor, height: height / factor })
  const set = (to: number) =>
    app.electronApp?.evaluate(
      ({ BrowserWindow }, by) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(by),
      to,
    )
  await set(1)
  await app.resize({ width, height })
  await set(factor)
  await app.page.waitForFunction((wanted) => innerWidth === wanted, width / factor)
}

async function checkRoom(page: Page, where: string): Promise<void> {
  await expect(async () => expect(await findClipped(page), `${where}: can't be reached`).toEqual([])).toPass({
    timeout: 3_000,
  })
}

/**
 * Controls of which a part can't be brought into view: beyond the window or cut off by what lies around them, and nothing that
 * scrolls between. And the window, if it scrolls sideways.
 */
export const findClipped = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const controls = 'button, a[href], input, select, textarea, summary, [role="tab"], [role="option"]'
    const isCut = (control: Element): boolean => {
      const { left, right, top, bottom } = control.getBoundingClientRect()
      const cuts = { inline: true, block: true }
      for (let around = control.parentElement; around !== null; around = around.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(around)
        const edge =
          around === document.documentElement
            ? new DOMRect(0, 0, innerWidth, innerHeight)
            : around.getBoundingClientRect()
        if (/auto|scroll/.test(overflowX)) cuts.inline = false
        if (/auto|scroll/.test(overflowY)) cuts.block = false
        const hides = around === document.documentElement || /hidden|clip/.test(`${overflowX} ${overflowY}`)
        if (hides && cuts.inline && (right > edge.right + 1 || left < edge.left - 1)) return true
        if (hides && cuts.block && (bottom > edge.bottom + 1 || top < edge.top - 1)) return true
      }
      return false
    }
    const cut = [...document.querySelectorAll(controls)].filter((control) => {
      if (control.closest('[aria-hidden="true"], .hidden-label') !== null) return false
      if (!control.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false
      const { width, height } = control.getBoundingClientRect()
      return width > 2 && height > 2 && isCut(control)
    })
    const wide = document.documentElement.scrollWidth > innerWidth ? ['the window scrolls sideways'] : []
    return [
      ...wide,
      ...cut.map((control) => control.getAttribute('aria-label') ?? control.textContent ?? control.tagName),
    ]
  })

/** What has the focus, and whether anything shows that: an outline of its own, around it, or of the selected row in it. */
export const describeFocus = (page: Page): Promise<{ readonly name: string; readonly shown: boolean }> =>
  page.evaluate(() => {
    const focused = document.activeElement ?? document.body
    const around: Element[] = []
    for (let each: Element | null = focused; each !== null && around.length < 4; each = each.parentElement)
      around.push(each)
    const shows = (each: Element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each)
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
    }
    const name = focused.getAttribute('aria-label') ?? focused.textContent?.slice(0, 40) ?? ''
    const inside = focused.querySelectorAll('[aria-selected="true"], .job.is-on')
    return { name: `${focused.tagName.toLowerCase()} ${name}`.trim(), shown: [...around, ...inside].some(shows) }
  })

interface Spoken {
  readonly role: string
  readonly name: string
  readonly [property: string]: unknown
}

/** What Chromium hands to a screen reader of the elements of a role. */
export async function spoken(page: Page, role: string): Promise<readonly Spoken[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes
    .filter((node) => node.role?.value === role && !node.ignored)
    .map((node) => ({
      role,
      name: String(node.name?.value ?? ''),
      value: node.value?.value,
      ...Object.fromEntries((node.properties ?? []).map(({ name, value }) => [name, value.value])),
    }))
}
