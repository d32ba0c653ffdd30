import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'
import { pickPath } from './pick-path.ts'

/** Where a file goes: its path, or (where the system has no dialog for it) the folder for it. Null when the person closed the dialog. */
export async function pickSavePath(title: string, suggestedName: string): Promise<string | null> {
  if (!useHost.getState().facts.nativeDialogs) return pickPath('folder', title)
  return (await client.host.pickSavePath({ title, suggestedName })).path
}
