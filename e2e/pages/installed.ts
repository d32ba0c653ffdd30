import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder below a home's own library in which a file of that name lies. */
export async function folderInLibrary(home: string, fileName: string): Promise<string> {
  const library = join(home, 'library')
  const entries = await readdir(library, { recursive: true, withFileTypes: true })
  const found = entries.find((entry) => entry.isFile() && entry.name === fileName)
  if (found === undefined) throw new Error(`no ${fileName} below ${library}`)
  return found.parentPath
}
