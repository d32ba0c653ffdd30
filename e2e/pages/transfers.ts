import type { Locator, Page } from 'playwright/test'

/** The row of a transfer in Transfers, by the beginning of its title: `Text reader 1.4.0` is an install, `Publish …` says so. */
export const transferRow = (page: Page, title: string): Locator =>
  page
    .getByRole('grid', { name: 'Transfers' })
    .getByRole('row')
    .filter({ hasText: new RegExp(`^${title.replaceAll('.', '\\.')}`) })

export interface BarSample {
  /** 0…1 of the whole, as drawn. */
  readonly verified: number
  readonly received: number
}

/** Everything that a progress bar showed, from now on, whenever it changed. Read it with `readSamples`. */
export async function recordBar(bar: Locator): Promise<void> {
  await bar.first().evaluate((first) => {
    const samples: BarSample[] = []
    Object.assign(window, { barSamples: samples })
    const take = () => {
      // The row may draw its bar anew: always the one that is on the page.
      const element = first.isConnected ? first : document.querySelector('[role="grid"] [role="progressbar"]')
      if (element === null) return
      const shares = [...element.children].map((part) => ({
        half: part.classList.contains('half'),
        share: Number.parseFloat((part as HTMLElement).style.inlineSize) / 100,
      }))
      const verified = shares.filter(({ half }) => !half).reduce((sum, { share }) => sum + share, 0)
      // A sum of shares ends in digits that are no bytes.
      const received = Number(shares.reduce((sum, { share }) => sum + share, 0).toFixed(9))
      const last = samples.at(-1)
      if (last?.verified !== verified || last.received !== received) samples.push({ verified, received })
    }
    take()
    new MutationObserver(take).observe(document.body, { subtree: true, childList: true, attributes: true })
  })
}

export const readSamples = (page: Page): Promise<readonly BarSample[]> =>
  page.evaluate(() => (window as unknown as { barSamples: BarSample[] }).barSamples)
