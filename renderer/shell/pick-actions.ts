import { askInstall } from '../state/install-request.ts'
import { publishPaths } from '../state/publish-queue.ts'
import { shellText } from '../text/shell.ts'
import { pickFolders, pickPath } from './pick-path.ts'

const text = shellText.pick

const isPackageFile = (path: string): boolean => path.toLowerCase().endsWith('.sputnik')

/** Lets a person choose folders and takes them to Publish. */
export async function pickAndPublish(): Promise<void> {
  const paths = await pickFolders(text.publish)
  if (paths.length > 0) publishPaths(paths)
}

/** Lets a person choose a package file or a folder, and takes it where it belongs. */
export async function pickAndOpen(): Promise<void> {
  const path = await pickPath('either', text.open)
  if (path !== null) openPaths([path])
}

/** What was opened: a package file leads to the install sheet. With folders, or several at once, all of it goes to Publish, which asks for each file. */
export function openPaths(paths: readonly string[]): void {
  const [first] = paths
  if (first === undefined) return
  if (paths.length === 1 && isPackageFile(first)) askInstall({ source: { file: first } })
  else publishPaths(paths)
}
