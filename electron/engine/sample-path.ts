import { fileURLToPath } from 'node:url'

/**
 * Folder of the sample package: `sample/digit_recogniser` of the checkout, or beside the built files (`out/sample/digit_recogniser`, which the
 * build copies there, so that a packaged app has it too: unpacked, since what lies in the app's archive has other facts each time it is asked).
 */
export function samplePath(): string {
  const isSource = import.meta.url.endsWith('/sample-path.ts')
  const found = new URL(isSource ? '../../sample/digit_recogniser' : '../sample/digit_recogniser', import.meta.url)
  return fileURLToPath(found).replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked')
}
