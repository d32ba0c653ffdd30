import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'
import { pickFilePath } from './pick-path.ts'

/** Where a file goes. Null when the person closed the dialog. Only the system's dialog asks whether to write over what is there. */
export async function pickSavePath(title: string, suggestedName: string): Promise<string | null> {
  if (!useHost.getState().facts.nativeDialogs) return pickFilePath(title, suggestedName)
  return (await client.host.pickSavePath({ title, suggestedName })).path
}
