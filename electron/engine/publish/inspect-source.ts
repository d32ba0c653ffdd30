import type { RecipeFile } from '../format/recipe.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { Io } from '../ports.ts'
import type { FileToInspect, Inspected, InspectJob } from '../workers/inspect.ts'
import type { StartWorker } from '../workers/pool.ts'

/** By the file's path in the package; without those that nothing is to be said of. */
export type Findings = ReadonlyMap<string, Inspected>
export type InspectFiles = (files: readonly RecipeFile[], io: Io) => Promise<Findings>

/** Endings of files that people write, where keys are pasted into by mistake; not of tables, weights and pictures. */
const writtenEndings = new Set(
  (
    'env envrc json yaml yml toml ini cfg conf config properties txt md rst py ipynb sh bash zsh ps1 bat js ts mjs r jl java go rs c h cpp ' +
    'sql xml html tf tfvars gradle pem key netrc npmrc pypirc log'
  ).split(' '),
)
const mostWrittenBytes = 4 * 1024 * 1024

/** How far is looked, so that a folder of a million texts is planned in seconds: so many files of each kind, and bytes of texts. */
const most = { texts: 5000, textBytes: 256 * 1024 * 1024, pickles: 200, opened: 5000 }
const mostKnown = 100_000

/** Looks into files in a worker, and not twice into one that is as it was (path, size, time, inode). */
export function createInspector(startWorker: StartWorker): InspectFiles {
  const known = new Map<string, Inspected>()
  return async (files, { signal }) => {
    const wanted = choose(files)
    const fresh = wanted.filter((file) => !known.has(stampOf(file)))
    if (fresh.length > 0) {
      if (known.size + fresh.length > mostKnown) known.clear()
      const job: InspectJob = { files: fresh }
      const answers = await startWorker<readonly Inspected[]>('inspect', job, { signal }).result
      for (const [at, file] of fresh.entries()) known.set(stampOf(file), answers[at] ?? {})
    }
    return new Map(
      wanted.flatMap((file) => {
        const found = known.get(stampOf(file))
        // A permission can come back without a trace.
        if (found?.isUnreadable === true) known.delete(stampOf(file))
        return found === undefined || Object.keys(found).length === 0 ? [] : [[file.path, found]]
      }),
    )
  }
}

const stampOf = ({ absolutePath, sizeBytes, modifiedMs, inode, look }: FileToInspect): string =>
  `${look} ${sizeBytes} ${modifiedMs} ${inode} ${absolutePath}`

function choose(files: readonly RecipeFile[]): readonly FileToInspect[] {
  const left = { ...most }
  const chosen: FileToInspect[] = []
  for (const { mark, ...file } of files) {
    if (mark === 'runs-code' && left.pickles > 0) {
      left.pickles -= 1
      chosen.push({ ...file, look: 'imports' })
    } else if (left.texts > 0 && left.textBytes >= file.sizeBytes && isWritten(file, mark === 'secret')) {
      left.texts -= 1
      left.textBytes -= file.sizeBytes
      chosen.push({ ...file, look: 'secret' })
    } else if (left.opened > 0) {
      left.opened -= 1
      chosen.push(file)
    }
  }
  return chosen
}

/** `config`, `.env`, `config.json`, `.env.local`, `settings.json.bak`. */
function isWritten({ path, sizeBytes }: SourceFile, isMarked: boolean): boolean {
  if (sizeBytes > mostWrittenBytes) return false
  if (isMarked) return true
  const parts = path
    .slice(path.lastIndexOf('/') + 1)
    .toLowerCase()
    .split('.')
  if (parts.length === 1 || (parts.length === 2 && parts[0] === '')) return true
  return parts.slice(-2).some((part, at) => (at > 0 || parts.length > 2) && writtenEndings.has(part))
}
