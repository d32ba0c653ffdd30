import { fileURLToPath } from 'node:url'

/**
 * Folder of the sample package: `sample/digit_recogniser` of the checkout, or beside the built files (`out/sample/digit_recogniser`, which the
 * build copies there, so that a packaged app has it too).
 */
export function samplePath(): string {
  const isSource = import.meta.url.endsWith('/sample-path.ts')
  return fileURLToPath(
    new URL(isSource ? '../../sample/digit_recogniser' : '../sample/digit_recogniser', import.meta.url),
  )
}
