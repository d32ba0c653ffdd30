import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright'
import type { Available } from './available.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge']
const fixedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The arguments a headless Chromium needs to run as root and to stay off the network. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
] as const

/** The executable of a Chromium: ORBITAL_CHROMIUM, Playwright's own, one on the PATH, or one in its usual place. */
export async function findChromium(): Promise<Available<string>> {
  const named = process.env.ORBITAL_CHROMIUM
  if (named !== undefined) return (await isExecutable(named)) ? named : { missing: 'ORBITAL_CHROMIUM names no program' }
  const folders = (process.env.PATH ?? '').split(delimiter)
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  for (const path of [chromium.executablePath(), ...onPath, ...fixedPlaces]) {
    if (await isExecutable(path)) return path
  }
  return { missing: 'no Chromium or Chrome is installed' }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
