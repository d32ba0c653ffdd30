import { rmSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempFolder {
  readonly path: string
  /** Deletes the folder with all that is in it, unreadable folders too. May be called again. */
  remove(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const leftovers = new Set<string>()
let removesAtExit = false

/** Makes a fresh folder under the system's temporary folder (or `parent`). What nobody removed is deleted when the process exits. */
export async function createTempFolder(prefix = 'orbital-test-', parent = tmpdir()): Promise<TempFolder> {
  removeLeftoversAtExit()
  const path = await mkdtemp(join(parent, prefix))
  leftovers.add(path)
  const remove = async () => {
    await removeTree(path)
    leftovers.delete(path)
  }
  return { path, remove, [Symbol.asyncDispose]: remove }
}

function removeLeftoversAtExit(): void {
  if (removesAtExit) return
  removesAtExit = true
  process.once('exit', () => {
    for (const path of leftovers) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  })
}

async function removeTree(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const
  try {
    await rm(path, options)
  } catch {
    await makeWritable(path)
    await rm(path, options)
  }
}

async function makeWritable(path: string): Promise<void> {
  await chmod(path, 0o700)
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(path, entry.name))
  }
}
