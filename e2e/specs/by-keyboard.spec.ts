import { startTestEngine } from '../../testkit/test-engine.ts'
import { exampleApps } from '../example/packages.ts'
import { packageRow, selectPackage } from '../pages/browse.ts'
import { chooseInMenu, goByKeys, tabTo } from '../pages/keyboard.ts'
import { readClipboard } from '../pages/window.ts'
import { writeHome } from '../prepare-home.ts'
import { expect, testWithExample, test as testWithFresh } from '../with-store.ts'

testWithFresh(
  'the first minute: a sample is installed, looked into, removed and brought back by the keyboard alone',
  async ({ app: { page } }) => {
    await expect(page.getByRole('heading', { name: 'Welcome to Orbital' })).toBeVisible()
    await expect(page.getByText('A practice store: nobody else sees it.')).toBeVisible()
    await page.keyboard.press('F6')
    await tabTo(page, /^Install$/)
    await page.keyboard.press('Enter')
    const sheet = page.getByRole('dialog', { name: /^Install Digit recogniser/ })
    await expect(sheet.getByRole('button', { name: 'Install' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByText('It is installed.')).toBeVisible()
    await tabTo(page, /^Look inside$/)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Digit recogniser' })).toBeVisible()
    await page.keyboard.press('Escape')
    await tabTo(page, /^Show what is installed$/)
    await page.keyboard.press('Enter')
    const row = page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: 'Digit' })
    await expect(row).toBeVisible()
    await tabTo(page, /^Installed packages$/)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Delete')
    await expect(page.getByText('Nothing is installed here')).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect(row).toBeVisible()
  },
)

testWithExample(
  'the page of a package is read, its files looked at, its lines copied and an older version installed by the keyboard alone',
  async ({ app }) => {
    const { page } = app
    await selectPackage(page, 'Speech intent classifier')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Know before you use it' })).toBeVisible()
    const tab = (name: string) => page.getByRole('tab', { name })
    await tabTo(page, /^Overview/)
    await page.keyboard.press('ArrowRight')
    await expect(tab('Versions')).toHaveAttribute('aria-selected', 'true')
    const oldest = page.getByRole('row').filter({ hasText: '2.0.0' })
    await expect(oldest).toContainText('A smaller encoder, twice as fast.')
    await expect(oldest).toContainText(/weeks? ago|month|\d+ \w+/)
    await expect(oldest).toContainText('Ana')
    await expect(oldest).toContainText('Works')
    await tabTo(page, /^Install 2\.0\.3$/)
    await page.keyboard.press('Enter')
    const sheet = page.getByRole('dialog', { name: /^Install Speech intent classifier 2\.0\.3/ })
    await expect(sheet).toContainText('To download')
    await expect(sheet).toContainText('On disk afterwards')
    await expect(sheet).toContainText('My library')
    await expect(sheet).toContainText('Support Desk')
    await expect(sheet.getByRole('button', { name: 'Install' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(sheet).toBeHidden()
    await expect(page.getByRole('row').filter({ hasText: '2.0.3' })).toContainText('Installed')
    // What the version that is here has is not fetched again.
    await tabTo(page, /^Install 2\.1\.0$/)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toContainText(/Reused from .*2\.0\.3/)
    await page.keyboard.press('Escape')

    await tabTo(page, /^Versions\d+$/, 'Shift+Tab')
    await page.keyboard.press('ArrowRight')
    await expect(tab('Files')).toHaveAttribute('aria-selected', 'true')
    await tabTo(page, /^Files$/)
    await page.keyboard.press('Home')
    const preview = page.getByRole('region', { name: 'Preview' })
    const chosen = page.getByRole('tree').getByRole('treeitem', { selected: true })
    await expect(chosen).toHaveAttribute('aria-expanded', 'true')
    await page.keyboard.press('ArrowLeft')
    await expect(chosen).toHaveAttribute('aria-expanded', 'false')
    await page.keyboard.press('ArrowRight')
    await expect(chosen).toHaveAttribute('aria-expanded', 'true')
    await page.keyboard.press('End')
    await expect(preview.getByRole('heading', { name: 'README.md' })).toBeVisible()

    await tabTo(page, /^Files\d+$/, 'Shift+Tab')
    await page.keyboard.press('ArrowRight')
    await expect(tab('Use it')).toHaveAttribute('aria-selected', 'true')
    for (const [name, copied] of [
      ['Install it from a terminal', /^orbital install speech_intent==2\.\d\.\d/],
      ['Find its folder from a terminal', /^orbital path speech_intent==2\.\d\.\d$/],
      ['Open it from Python', /^import subprocess\n/],
      ['Name it in a settings file, as JSON', /^\{\n {2}"name": "speech_intent",\n {2}"version": "2\.\d\.\d",\n/],
    ] as const) {
      await tabTo(page, new RegExp(`^Copy: .*${name}`))
      await page.keyboard.press('Enter')
      await expect.poll(() => readClipboard(app), name).toMatch(copied)
    }
    expect(JSON.parse(await readClipboard(app))).toMatchObject({
      path: expect.stringMatching(/speech_intent-2\.0\.3$/),
    })
    await page.keyboard.press('Escape')
    await expect(page.getByRole('heading', { level: 1, name: 'Browse' })).toBeVisible()
  },
)

testWithExample.describe('with older versions here', () => {
  testWithExample.use({
    prepareHome: async ({ store }, use) =>
      use(async (home) => {
        await writeHome(home, { folders: { 'Team models': store }, settings: { apps: [...exampleApps] } })
        const engine = await startTestEngine(home)
        for (const version of ['2.0.3', '2.1.0'])
          await engine.install({ name: 'speech_intent', version }, 'team-models')
        await engine.api.transfers.clearHistory({})
        await engine.stop()
      }),
  })

  testWithExample(
    'space is freed, that is taken back, and what lies in the trash restored by the keyboard alone',
    async ({ app: { page } }) => {
      await expect(packageRow(page, 'Speech intent classifier')).toBeVisible()
      await goByKeys(page, 'Installed')
      const list = page.getByRole('grid', { name: 'Installed packages' })
      const row = list.getByRole('row').filter({ hasText: 'Speech intent classifier' })
      await expect(row).toContainText('and 2.0.3')
      const aside = page.getByRole('complementary', { name: 'Free up space' })
      const cleanUp = async () => {
        await tabTo(page, /^Older versions$/)
        if (!(await aside.getByRole('checkbox', { name: 'Older versions' }).isChecked()))
          await page.keyboard.press('Space')
        await tabTo(page, /^Clean up \d/)
        await page.keyboard.press('Enter')
        await expect(page.getByText(/^Cleaned up \d/)).toBeVisible()
        await expect(row).not.toContainText('and 2.0.3')
      }
      await expect(aside).toContainText('1 version with a newer one here.')
      await cleanUp()
      await page.keyboard.press('Control+z')
      await expect(row).toContainText('and 2.0.3')
      await expect(page.getByText(/^Cleaned up \d/)).toBeHidden()
      await cleanUp()
      await tabTo(page, /^Restore Speech intent classifier 2\.0\.3$/, 'Shift+Tab')
      await page.keyboard.press('Enter')
      await expect(row).toContainText('and 2.0.3')

      await tabTo(page, /^Library: /, 'Shift+Tab')
      await page.keyboard.press('Enter')
      await chooseInMenu(page, /^My library/)
      await tabTo(page, /^Verify all$/)
      await page.keyboard.press('Enter')
      await expect(page.getByText('2 versions verified, all as published')).toBeVisible()
    },
  )
})

testWithFresh(
  'a store is connected, tested, its policy copied, shared, and forgotten by the keyboard alone',
  async ({ app, s3, bucket }) => {
    const { page } = app
    const type = async (field: RegExp, value: string) => {
      await tabTo(page, field)
      await page.keyboard.type(value)
    }
    await expect(page.getByRole('heading', { name: 'Welcome to Orbital' })).toBeVisible()
    await page.keyboard.press('Control+,')
    await tabTo(page, /^Add$/)
    await page.keyboard.press('Enter')
    const sheet = page.getByRole('dialog', { name: 'Add a connection' })
    await expect(sheet).toBeVisible()
    await tabTo(page, /^Amazon S3, by profile$/)
    const kind = sheet.getByRole('radio', { name: 'S3-compatible store' })
    for (let presses = 0; presses < 5 && !(await kind.isChecked()); presses += 1) await page.keyboard.press('ArrowDown')
    await expect(kind).toBeChecked()
    await type(/^Name/, 'Team models')
    await type(/^Address/, s3.endpoint)
    await type(/^Bucket/, bucket)
    await type(/^Access key/, s3.accessKeyId)
    await type(/^Secret/, s3.secretAccessKey)
    await page.keyboard.press('Enter')
    await expect(sheet).toBeHidden()
    await expect(page.getByRole('heading', { name: 'Team models' })).toBeVisible()
    await expect(page.getByRole('listitem').filter({ hasText: 'Publish new versions' })).toContainText('Allowed')

    await tabTo(page, /^Copy the policy for your admin$/)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
    const policy = JSON.parse(await readClipboard(app))
    expect(JSON.stringify(policy)).toContain(`arn:aws:s3:::${bucket}`)
    expect(policy).toMatchObject({ Statement: expect.any(Array) })
    expect(JSON.stringify(policy)).not.toContain('s3:*')
    await tabTo(page, /^Copy the one for installing alone$/)
    await page.keyboard.press('Enter')
    await expect.poll(() => readClipboard(app)).not.toContain('s3:PutObject')

    await tabTo(page, /^Share this connection…$/)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog', { name: 'Share Team models' })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByText('The connection is copied, without any key.')).toBeVisible()
    expect(await readClipboard(app)).not.toContain(s3.accessKeyId)
    // The first one that is added is.
    await expect(page.getByText('Used where no connection is named, here and on the command line.')).toBeVisible()
    await tabTo(page, /^Remove connection…$/)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Keep it' })).toBeFocused()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Team models' })).toBeHidden()
  },
)
