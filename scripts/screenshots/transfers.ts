/**
 * Transfers in the states that a person meets, all of them real and at one moment: the line in front of the store is cut, held and slowed
 * for each by itself (`testkit/counting-proxy.ts`).
 */
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import { writePackageFolder } from '../../e2e/example/fill-store.ts'
import { examplePackages } from '../../e2e/example/packages.ts'
import { selectPackage } from '../../e2e/pages/browse.ts'
import { transferRow } from '../../e2e/pages/transfers.ts'
import { openPage, switchTo } from '../../e2e/pages/window.ts'
import type { CountingProxy } from '../../testkit/counting-proxy.ts'
import { openToPublish, pressPublish } from './publish.ts'

/** Packages of the bucket that the transfers are of; `noise_suppressor` is to be damaged there. */
export const packagesToTransfer = [
  'query_rewriter',
  'call_transcriber',
  'noise_suppressor',
  'product_vectors',
  'language_id',
  'answer_ranker',
  'toxicity_filter',
] as const

const archiveOf = (name: string) => ({ path: new RegExp(`${name}.*archive`) })
const fast = 2_000_000
const slow = 300_000
/** Next to nothing: what is said of a transfer stays true while something else is done. */
const held = 30_000

/** On its way, stalled, reconnecting, in its last step, queued and paused; before them one that is done and one that failed. */
export async function startTransfers(page: Page, gate: CountingProxy, work: string): Promise<void> {
  const row = (title: string) => expect(transferRow(page, title))
  const sentOf = (name: string) => gate.count(archiveOf(name)).sentBytes
  /** Bytes come until so many of an archive have; however long a press takes, the figures are the same. */
  const send = async (name: string, bytes: number, bytesPerSecond: number) => {
    gate.throttle(bytesPerSecond)
    await expect.poll(() => sentOf(name), { timeout: 120_000, intervals: [50] }).toBeGreaterThanOrEqual(bytes)
    gate.throttle(held)
  }
  await switchTo(page, 'Research models')
  gate.throttle(fast)
  await install(page, 'Noise suppressor')
  await install(page, 'Language identifier 176')
  await openPage(page, 'Transfers')
  await row('Noise suppressor').toContainText('Failed', { timeout: 60_000 })
  await row('Language identifier').toContainText('Done', { timeout: 60_000 })

  gate.stall({ method: 'PUT', path: /returns_reason.*meta\.json/ })
  await publishReturns(page, work)
  await openPage(page, 'Transfers')
  await row('Publish Returns reason').toContainText('Finishing', { timeout: 60_000 })

  gate.throttle(held)
  await install(page, 'Query rewriter')
  await send('query_rewriter', 4_000_000, fast)
  await install(page, 'Call transcriber, small')
  await send('call_transcriber', 6_500_000, fast)
  await openPage(page, 'Transfers')
  await page.getByRole('button', { name: /^Pause Call transcriber/ }).click()
  await row('Call transcriber').toContainText('Paused')
  await install(page, 'Answer ranker')
  await send('answer_ranker', 1_500_000, fast)
  gate.answer({ match: archiveOf('answer_ranker'), status: 503 })
  gate.cutNow(archiveOf('answer_ranker'))
  await install(page, 'Product image embeddings')
  await install(page, 'Toxicity filter, multilingual')
  await send('product_vectors', 3_000_000, fast)
  gate.stall(archiveOf('product_vectors'))
  await openPage(page, 'Transfers')
  await row('Toxicity filter').toContainText('Queued')
  await row('Answer ranker').toContainText('Reconnecting')
  // The graph beside the list is of ten seconds.
  await send('query_rewriter', sentOf('query_rewriter') + 10 * slow, slow)
  gate.throttle(slow)
  await row('Product image').toContainText('Stalled')
}

/** Leaves the one that is on its way, nearly still, and the one that is paused. */
export async function endOthers(page: Page, gate: CountingProxy): Promise<void> {
  gate.answer(undefined)
  gate.throttle(held)
  gate.resume()
  const others = ['Toxicity filter', 'Product image', 'Answer ranker']
  for (const title of others) await page.getByRole('button', { name: new RegExp(`^Cancel ${title}`) }).click()
  for (const title of others) await expect(transferRow(page, title)).toContainText('Cancelled', { timeout: 60_000 })
  await expect(transferRow(page, 'Publish Returns reason')).toContainText('Done', { timeout: 60_000 })
  await openPage(page, 'Publish')
  await page.getByRole('button', { name: 'Done here' }).click()
  await openPage(page, 'Transfers')
}

async function install(page: Page, title: string): Promise<void> {
  await openPage(page, 'Browse')
  await selectPackage(page, title)
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: /^Install/ }).click()
  await expect(sheet).toBeHidden()
}

async function publishReturns(page: Page, work: string): Promise<void> {
  const returns = examplePackages.find(({ name }) => name === 'returns_reason')
  if (returns === undefined) throw new Error('no example package returns_reason')
  const folder = join(work, 'returns_reason')
  await writePackageFolder(folder, returns, '3.2.0', 'Reasons of the winter sale.')
  await openToPublish(page, folder)
  await pressPublish(page)
}
