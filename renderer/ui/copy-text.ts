import { shellText } from '../text/shell.ts'
import { showToast } from './toast.tsx'

/** Puts a text on the clipboard. Answers false where that is not allowed; a toast says so then. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Browsers tell nothing but that they don't allow it.
    showToast({ text: shellText.copyFailed })
    return false
  }
}
