import { toAppError } from '../../shared/errors.ts'
import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'
import { shortErrorOf } from '../text/error-view.ts'
import { shellText as text } from '../text/shell.ts'
import { copyText } from '../ui/copy-text.ts'
import { showToast } from '../ui/toast.tsx'

/** Opens an address in the person's browser. Where that fails a toast says why, and offers to copy the address. */
export async function openLink(url: string): Promise<void> {
  // The browser that shows this page opens it by itself; what it opens learns nothing of this page.
  if (useHost.getState().facts.kind === 'browser') {
    window.open(url, '_blank', 'noopener,noreferrer')
    return
  }
  try {
    await client.host.openLink({ url })
  } catch (error) {
    showToast({
      text: text.linkFailed(url, shortErrorOf(toAppError(error))),
      action: { label: text.copyAddress, run: () => void copyAddress(url) },
    })
  }
}

async function copyAddress(url: string): Promise<void> {
  if (await copyText(url)) showToast({ text: text.addressCopied })
}
