import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { writePackageFolder } from '../../example/fill-store.ts'
import { examplePackages } from '../../example/packages.ts'
import { checkZoomed, describeFocus, setTheme } from '../../pages/accessibility.ts'
import { installFromBrowse, packageRow, selectPackage } from '../../pages/browse.ts'
import { openPage } from '../../pages/window.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

const places = [
  '#/browse',
  '#/publish',
  '#/installed',
  '#/transfers',
  '#/settings/connections',
  '#/settings/apps',
  '#/settings/libraries',
  '#/settings/network',
  '#/settings/appearance',
  '#/settings/updates',
  '#/settings/diagnostics',
  '#/package/speech_intent/overview',
  '#/package/speech_intent/versions',
  '#/package/speech_intent/files',
  '#/package/speech_intent/use',
]

async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => location.assign(to), hash)
  await expect(page.getByRole('main')).toBeVisible()
  await expect(page.locator('main .bone')).toHaveCount(0)
}

test('at 200 % zoom every control of every page can be reached', async ({ app }) => {
  test.setTimeout(180_000)
  await installFromBrowse(app.page, 'Churn predictor')
  for (const place of places) {
    await show(app.page, place)
    await checkZoomed(app, place)
  }
  await show(app.page, '#/package/speech_intent/versions')
  await app.resize({ width: 450, height: 700 })
  const versions = app.page.getByRole('region', { name: 'Versions' })
  await expect(versions.getByRole('row').nth(1)).toBeVisible()
  expect(await versions.evaluate((section) => section.scrollWidth - section.clientWidth)).toBeLessThanOrEqual(0)
})

/** True where the focus was before, since `passed` was made. */
const wasPassed = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { passed } = window as unknown as { passed: WeakSet<Element> }
    const focused = document.activeElement ?? document.body
    const was = passed.has(focused)
    passed.add(focused)
    return was
  })

test('whatever Tab comes to shows that it has the focus, in both themes', async ({ app: { page } }) => {
  test.setTimeout(180_000)
  await installFromBrowse(page, 'Churn predictor')
  const rounds = (['light', 'dark'] as const).flatMap((theme) => places.map((place) => ({ theme, place })))
  for (const { theme, place } of rounds) {
    await setTheme(page, theme)
    await show(page, place)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button').first().focus()
    await page.evaluate(() => Object.assign(window, { passed: new WeakSet([document.activeElement ?? document.body]) }))
    const seen: string[] = []
    // Names repeat: only what has the focus a second time ends the round.
    for (let stop = 0; stop < 80; stop += 1) {
      await page.keyboard.press('Tab')
      if (await wasPassed(page)) break
      const { name, shown } = await describeFocus(page)
      if (name.startsWith('body')) break
      seen.push(name)
      expect.soft(shown, `${theme}, ${place}: ${name}`).toBe(true)
    }
    expect(seen.length, place).toBeGreaterThan(8)
  }
})

test('the focus goes back to what opened a menu or a sheet', async ({ app: { page } }) => {
  await installFromBrowse(page, 'Churn predictor')
  const openers = [
    ['#/browse', page.getByTitle('Switch connection'), 'menu'],
    ['#/browse', page.getByRole('toolbar').getByRole('button', { name: /tag/i }), 'menu'],
    ['#/installed', page.getByRole('button', { name: /^More for Churn/ }), 'menu'],
    ['#/transfers', page.getByRole('button', { name: /^Limit/ }), 'menu'],
    ['#/settings/connections', page.getByRole('button', { name: 'Add', exact: true }), 'dialog'],
    ['#/settings/connections', page.getByRole('button', { name: 'Edit' }), 'dialog'],
  ] as const
  for (const [place, opener, role] of openers) {
    await show(page, place)
    await opener.focus()
    await page.keyboard.press('Enter')
    const opened = page.getByRole(role)
    const hasFocus = () => opened.evaluate((element) => element.contains(document.activeElement))
    await expect.poll(hasFocus, `${place}: opens`).toBe(true)
    await page.keyboard.press('Escape')
    await expect(opened).toBeHidden()
    await expect(opener, `${place}: has the focus again`).toBeFocused()
  }
  await show(page, '#/browse')
  const grid = page.getByRole('grid', { name: 'Packages' })
  await selectPackage(page, 'Fraud scorer, card payments')
  for (const key of ['i', 'Control+k']) {
    await grid.press(key)
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(grid).toBeFocused()
  }
})

/** Names of what moves or would, and for how long: running animations, and transitions that a change would start. */
const motions = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => {
      const { animationName, animationDuration, transitionDuration } = getComputedStyle(element)
      const moves = animationName !== 'none' && animationDuration !== '0s'
      const changes = transitionDuration.split(', ').some((each) => Number.parseFloat(each) > 0)
      return moves || changes
        ? [`${element.className}: ${animationName} ${animationDuration} ${transitionDuration}`]
        : []
    }),
  )

test('motion explains, once; whoever asked for none has none', async ({ app: { page } }) => {
  await selectPackage(page, 'Churn predictor')
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await page.evaluate(() => {
    const moved: string[] = []
    Object.assign(window, { moved })
    document.addEventListener('animationstart', (event) => {
      const { duration, iterations } =
        event.target instanceof Element ? (event.target.getAnimations()[0]?.effect?.getComputedTiming() ?? {}) : {}
      moved.push(`${event.animationName} ${duration} ms × ${iterations}`)
    })
  })
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: /^Install/ }).click()
  await expect(packageRow(page, 'Churn predictor')).toContainText('Installed')
  const moved = () => page.evaluate(() => (window as unknown as { moved: string[] }).moved)
  await expect.poll(moved).toContain('satellite-lands 400 ms × 1')
  expect(await moved()).toContain('sheet-comes 200 ms × 1')
  expect((await moved()).filter((each) => !each.endsWith('× 1'))).toEqual([])

  await page.emulateMedia({ reducedMotion: 'reduce' })
  await selectPackage(page, 'Fraud scorer, card payments')
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  await expect(sheet).toBeVisible()
  expect(await motions(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByTitle('Switch connection').click()
  await expect(page.getByRole('menu')).toBeVisible()
  expect(await motions(page)).toEqual([])
})

test('in the colours of the system the selection, buttons and bars are still to be seen', async ({ app: { page } }) => {
  await installFromBrowse(page, 'Churn predictor')
  await page.emulateMedia({ forcedColors: 'active' })
  await selectPackage(page, 'Churn predictor')
  const style = (selector: string, property: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property)
  expect(await style('.prow[aria-selected="true"]', 'outline-style')).toBe('solid')
  expect(await style('.nav [aria-current="page"]', 'outline-style')).toBe('solid')
  expect(await style('.btn', 'border-top-style')).toBe('solid')
  await openPage(page, 'Installed')
  const bar = page.getByRole('grid', { name: 'Installed packages' }).locator('.bar')
  const colours = await bar
    .first()
    .evaluate((element) => [
      getComputedStyle(element).backgroundColor,
      getComputedStyle(element.children[0] ?? element).backgroundColor,
    ])
  expect(new Set(colours).size, colours.join(' on ')).toBe(2)
})

test('a package in Arabic or Hebrew reads from the right, and leaves the rest of its row alone', async ({
  app,
  workFolder,
}) => {
  const { page } = app
  const [example] = examplePackages
  if (example === undefined) throw new Error('no example')
  const folder = join(workFolder, 'arabic')
  const title = 'مصنّف نوايا الكلام (v2).'
  // The last one turns whatever follows it around, unless it is kept in.
  const description = 'يحوّل الطلب المنطوق إلى نية \u202E'
  await writePackageFolder(
    folder,
    { ...example, name: 'arabic_intent', title, description, readme: 'يصنّف الكلام.\n\n- سريع\n- صغير\n' },
    '1.0.0',
    undefined,
    0.01,
  )
  await openPage(page, 'Publish')
  await page.getByRole('textbox', { name: 'Or type its path' }).fill(folder)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('main').getByRole('button', { name: 'Publish', exact: true }).click()
  const published = page.getByRole('heading', { name: /is published$/ })
  await expect(published).toBeVisible()
  const placeOf = (words: string) =>
    published.evaluate((heading, part) => {
      const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = node.nodeValue?.indexOf(part) ?? -1
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(node, at)
        range.setEnd(node, at + part.length)
        return range.getBoundingClientRect().x
      }
      throw new Error(`no ${part} in ${heading.textContent}`)
    }, words)
  // From the left: the end of the title, its beginning, then the sentence goes on.
  const places = await Promise.all(['v2', 'مصنّف', '1.0.0', 'is published'].map(placeOf))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  await openPage(page, 'Browse')
  const row = packageRow(page, title)
  await expect(row).toContainText('1.0.0')
  const lines = row.locator('.name-cell > [dir="auto"]')
  expect(await lines.evaluateAll((all) => all.map((line) => getComputedStyle(line).direction))).toEqual(['rtl', 'rtl'])
  // At the edge where every name begins.
  expect(await lines.evaluateAll((all) => all.map((line) => getComputedStyle(line).textAlign))).toEqual(['end', 'end'])
  const order = await row
    .getByRole('gridcell')
    .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().x))
  expect(order).toEqual([...order].sort((a, b) => a - b))
  // The points of the model card's list stand before its words.
  await row.dblclick({ position: { x: 60, y: 14 } })
  const item = page.getByRole('main').getByRole('listitem').filter({ hasText: 'سريع' })
  await expect(item).toHaveCSS('direction', 'rtl')
  await expect(item).toHaveCSS('text-align', 'start')
})
