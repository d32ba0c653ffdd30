import { toAppError } from '../../shared/errors.ts'
import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'
import { shortErrorOf } from '../text/error-view.ts'
import { shellText as text } from '../text/shell.ts'
import { copyText } from '../ui/copy-text.ts'
import { showToast } from '../ui/toast.tsx'

/** Shows a file or folder in the system's file manager. A browser has none: there the path is copied instead, and said so. */
export async function revealPath(path: string): Promise<void> {
  if (useHost.getState().facts.kind === 'electron') {
    await client.host.reveal({ path })
    return
  }
  if (await copyText(path)) showToast({ text: text.pathCopiedInstead(path) })
}

/** As `revealPath`, where nothing but a toast can say that it failed. */
export async function revealOrSay(path: string): Promise<void> {
  try {
    await revealPath(path)
  } catch (error) {
    showToast({ text: shortErrorOf(toAppError(error)) })
  }
}

/** For what no page shows: when it fails, a toast says so. What was ended on purpose failed in nothing. */
export async function sayIfFailed(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const failure = toAppError(error)
    if (failure.code !== 'cancelled') showToast({ text: shortErrorOf(failure) })
  }
}

export async function copyPath(path: string): Promise<void> {
  if (await copyText(path)) showToast({ text: text.pathCopied })
}

/** Copying is the text's then, not the list's. */
export const hasSelectedText = (): boolean => getSelection()?.isCollapsed === false
