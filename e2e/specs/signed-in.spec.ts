import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Locator } from 'playwright/test'
import { type FaultyProxy, startFaultyProxy } from '../../testkit/faulty-proxy.ts'
import { publicBucket } from '../../testkit/s3-server.ts'
import { type SignInServices, startSignInServices } from '../../testkit/sign-in-services.ts'
import { fillBucket } from '../example/fill-store.ts'
import { packageRow } from '../pages/browse.ts'
import { openNewConnection } from '../pages/settings.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { test as base, expect } from '../with-store.ts'

interface Fixtures {
  readonly services: SignInServices
  /** A store that takes whoever has signed in: in front of the bucket that anybody may read. */
  readonly anybodys: FaultyProxy
}

/** A person with a profile of keys and one of single sign-on, as AWS's tools leave them in `~/.aws`. */
const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern.
  services: async ({}, use) => {
    const services = await startSignInServices()
    await use(services)
    services.stop()
  },
  anybodys: async ({ s3, workFolder }, use) => {
    await s3.createBucket(publicBucket)
    await fillBucket(s3, publicBucket, workFolder, { names: ['query_rewriter'], versions: 1, scale: 0.01 })
    const proxy = await startFaultyProxy(s3.endpoint)
    proxy.set({
      match: () => true,
      deed: async (ask) => ({ kind: 'answer', ...(await ask({ unsigned: true })) }),
    })
    await use(proxy)
    await proxy.stop()
  },
  appEnv: async ({ s3, services, workFolder }, use) => {
    const home = join(workFolder, 'person')
    const token = { accessToken: 'good', expiresAt: new Date(Date.now() + 3_600_000).toISOString() }
    const files = {
      credentials: `[team]\naws_access_key_id = ${s3.accessKeyId}\naws_secret_access_key = ${s3.secretAccessKey}\n`,
      config:
        '[profile company]\nsso_session = corp\nsso_account_id = 12\nsso_role_name = Reader\n' +
        '[profile never]\nsso_session = other\nsso_account_id = 12\nsso_role_name = Reader\n' +
        ['corp', 'other']
          .map((name) => `[sso-session ${name}]\nsso_start_url = https://${name}.example\nsso_region = eu-west-1\n`)
          .join(''),
      [`sso/cache/${createHash('sha1').update('corp').digest('hex')}.json`]: JSON.stringify(token),
    }
    for (const [name, text] of Object.entries(files)) {
      const file = join(home, '.aws', name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    await use({
      HOME: home,
      AWS_CONFIG_FILE: '',
      AWS_SHARED_CREDENTIALS_FILE: '',
      AWS_ENDPOINT_URL_SSO: services.url,
    })
  },
})

test('a profile of this computer and a company’s sign-in are chosen, tested, saved and used, and no secret of theirs is kept', async ({
  app: { page, home },
  s3,
  services,
  anybodys,
}) => {
  const fill = async (sheet: Locator, name: string, endpoint: string) => {
    await sheet.getByRole('radio', { name: 'S3-compatible store' }).check()
    await sheet.getByRole('textbox', { name: /^Name/ }).fill(name)
    await sheet.getByRole('textbox', { name: /^Address/ }).fill(endpoint)
    await sheet.getByRole('textbox', { name: /^Bucket/ }).fill(publicBucket)
    await sheet.getByRole('radiogroup', { name: 'Sign-in' }).getByText('Profile').click()
    await expect(sheet.getByLabel('Secret', { exact: true })).toHaveCount(0)
  }
  const tryProfile = async (sheet: Locator, profile: string) => {
    await sheet.getByRole('textbox', { name: /^Profile/ }).fill(profile)
    await sheet
      .getByRole('button', { name: /^Test (?:first|again)$/ })
      .first()
      .click()
  }
  const permission = (sheet: Locator, name: string) => sheet.getByRole('listitem').filter({ hasText: name })
  const add = async (sheet: Locator, name: string) => {
    await sheet.getByRole('button', { name: 'Add connection' }).click()
    await expect(sheet).toBeHidden()
    await expect(page.getByRole('heading', { name })).toBeVisible()
    await expect(page.getByText('Nowhere: the sign-in is this computer’s own')).toBeVisible()
  }

  const byProfile = await openNewConnection(page)
  await fill(byProfile, 'Team models', s3.endpoint)
  await tryProfile(byProfile, 'nobody')
  await expect(byProfile).toContainText('The profile “nobody” is not there')
  await tryProfile(byProfile, 'team')
  await expect(permission(byProfile, 'Publish new versions')).toContainText('Allowed')
  await expect(byProfile).toContainText(`By the keys of the profile team, with the access key ${s3.accessKeyId}`)
  await add(byProfile, 'Team models')
  await expect(page.getByText(/Signed in by the keys of the profile/)).toBeVisible()
  await switchTo(page, 'Team models')
  await expect(packageRow(page, 'Query rewriter')).toBeVisible()

  const bySso = await openNewConnection(page)
  await fill(bySso, 'Company', anybodys.endpoint)
  await tryProfile(bySso, 'never')
  await expect(bySso).toContainText('aws sso login --profile never')
  await tryProfile(bySso, 'company')
  await expect(permission(bySso, 'Download packages')).toContainText('Allowed')
  await expect(bySso).toContainText(
    /By your company \(AWS SSO\), profile company, with the access key SSO-12-Reader until /,
  )
  await add(bySso, 'Company')
  await switchTo(page, 'Company')
  await expect(packageRow(page, 'Query rewriter')).toBeVisible()
  expect(services.requests).toContain('GET /federation/credentials')
  expect(anybodys.requests.at(-1)?.headers.authorization).toContain('Credential=SSO-12-Reader/')

  await openPage(page, 'Settings')
  const window = await page.content()
  const files = await readdir(home, { recursive: true, withFileTypes: true })
  const texts = await Promise.all(
    files.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
  )
  // The search must be able to find something: what is no secret.
  expect(texts.some((text) => text.includes('company'))).toBe(true)
  for (const secret of [s3.secretAccessKey, 's-SSO-12-Reader', '"good"']) {
    expect(window).not.toContain(secret)
    expect(texts.filter((text) => text.includes(secret))).toEqual([])
  }
})
