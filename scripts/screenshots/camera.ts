/**
 * Takes a page in both themes and both sizes, and keeps the pictures, or compares them with the kept ones.
 *
 * What a picture looks like to the pixel is up to the Chromium that draws it; the fonts are the app's own. `taken-with.json` beside the
 * pictures says which Chromium that was: another one can't compare.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, expect, type Page } from 'playwright/test'
import { shrinkPng } from '../../testkit/palette-png.ts'
import { comparePictures } from './compare-pictures.ts'
import { findVaryingPlaces } from './varying-places.ts'

export const sizes = [
  { width: 1440, height: 900 },
  { width: 900, height: 600 },
] as const
const themes = ['light', 'dark'] as const
const browserFile = 'taken-with.json'
/** A person would not see so few pixels, spread over a picture. */
const mostDiffering = 12

export interface Camera {
  /** `varying`: selectors of what is never the same twice on this page, beyond what varies everywhere. */
  take(page: Page, name: string, varying?: readonly string[]): Promise<void>
  /** After the last picture: what is wrong, one line each. */
  finish(): Promise<readonly string[]>
}

interface CameraOptions {
  /** Where the approved pictures are. */
  readonly folder: string
  /** Parts of names; without any every picture is taken. */
  readonly wanted: readonly string[]
}

type Keep = (file: string, png: Buffer, page: Page, varying: readonly string[]) => Promise<void>

const takePictures =
  (wanted: readonly string[], keep: Keep): Camera['take'] =>
  async (page, name, varying = []) => {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) return
    // Nothing is hovered.
    await page.mouse.move(1, 599)
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
        await page.evaluate(() => document.fonts.ready)
        const png = shrinkPng(await page.screenshot({ animations: 'disabled', caret: 'hide' }))
        await keep(`${name}-${colorScheme}-${size.width}x${size.height}.png`, png, page, varying)
      }
    }
    await page.setViewportSize(sizes[0])
  }

/** Puts the pictures into the folder, as the ones to compare with from now on. */
export async function keepPictures({ folder, wanted }: CameraOptions, browser: Browser): Promise<Camera> {
  await mkdir(folder, { recursive: true })
  if (wanted.length === 0) for (const name of await listPictures(folder)) await rm(join(folder, name))
  await writeFile(join(folder, browserFile), `${describe(browser)}\n`)
  return {
    take: takePictures(wanted, async (file, png) => {
      await writeFile(join(folder, file), png)
      console.log(`${file}: ${Math.ceil(png.length / 1000)} kB`)
    }),
    finish: async () => [],
  }
}

/** Compares with the pictures of the folder; those that differ go into `differing`, each with one that shows where. */
export async function compareWithPictures({
  folder,
  wanted,
  differing,
}: CameraOptions & { readonly differing: string }): Promise<Camera> {
  await rm(differing, { recursive: true, force: true })
  await mkdir(differing, { recursive: true })
  const approved = new Set(await listPictures(folder))
  const problems: string[] = []
  const compare: Keep = async (file, png, page, varying) => {
    if (!approved.delete(file)) {
      problems.push(`${file}: there is no approved one`)
      await writeFile(join(differing, file), png)
      return
    }
    const masked = await findVaryingPlaces(page, varying)
    const result = comparePictures(await readFile(join(folder, file)), png, masked)
    if (result.differing <= mostDiffering) return
    problems.push(`${file}: ${result.differing} pixels differ`)
    await writeFile(join(differing, file), png)
    await writeFile(join(differing, file.replace(/\.png$/, '-difference.png')), result.difference)
  }
  return {
    take: takePictures(wanted, compare),
    finish: async () => {
      const left = wanted.length > 0 ? [] : [...approved].map((file) => `${file}: nothing makes it any more`)
      return [...problems, ...left]
    },
  }
}

/** Why this browser can't be asked whether pictures of the folder are still true; undefined: it can. */
export async function findComparisonObstacle(folder: string, browser: Browser): Promise<string | undefined> {
  const [approved, here] = [(await readFile(join(folder, browserFile), 'utf8')).trim(), describe(browser)]
  if (approved === here) return undefined
  return `the approved pictures were taken with ${approved}, and this is ${here}`
}

/** One line, as the formatter leaves it. Small numbers of a version are for what is mended: they draw the same. */
const describe = (browser: Browser): string => {
  const what = { chromium: browser.version().split('.')[0], platform: process.platform }
  return JSON.stringify(what, null, 1).replaceAll(/\n\s*/g, ' ')
}

const listPictures = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.png'))
