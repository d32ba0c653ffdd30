import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'
import { showToast } from '../ui/toast.tsx'

/** Shows a file or folder in the system's file manager. A browser has none: there the path is copied instead, and said so. */
export async function revealPath(path: string): Promise<void> {
  if (useHost.getState().facts.kind === 'electron') {
    await client.host.reveal({ path })
    return
  }
  await navigator.clipboard.writeText(path)
  showToast({ text: `A browser can’t open folders. The path is copied: ${path}` })
}
