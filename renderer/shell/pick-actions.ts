import { askInstall } from '../state/install-request.ts'
import { publishPaths } from '../state/publish-queue.ts'
import { shellText } from '../text/shell.ts'
import { pickPath } from './pick-path.ts'

const text = shellText.pick

const isPackageFile = (path: string): boolean => path.toLowerCase().endsWith('.sputnik')

/** Lets a person choose a folder and takes it to Publish. */
export async function pickAndPublish(): Promise<void> {
  const path = await pickPath('folder', text.publish)
  if (path !== null) publishPaths([path])
}

/** Lets a person choose a package file or a folder, and takes it where it belongs. */
export async function pickAndOpen(): Promise<void> {
  const path = await pickPath('either', text.open)
  if (path !== null) openPaths([path])
}

/** Folders go to Publish, a package file to the install sheet. */
export function openPaths(paths: readonly string[]): void {
  const folders = paths.filter((path) => !isPackageFile(path))
  const file = paths.find(isPackageFile)
  if (folders.length > 0) publishPaths(folders)
  else if (file !== undefined) askInstall({ source: { file } })
}
