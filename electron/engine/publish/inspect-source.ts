import type { RecipeFile } from '../format/recipe.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { Io } from '../ports.ts'
import type { FileToInspect, Inspected, InspectJob } from '../workers/inspect.ts'
import type { StartWorker } from '../workers/pool.ts'

/** By the file's path in the package; without those that nothing is to be said of. */
export type Findings = ReadonlyMap<string, Inspected>
export type InspectFiles = (files: readonly RecipeFile[], io: Io) => Promise<Findings>

/** Files that people write, where keys are pasted into by mistake; not tables, weights and pictures. */
const writtenName =
  /(?:^|\.)(?:env|envrc|json|ya?ml|toml|ini|cfg|conf|config|properties|txt|md|rst|py|ipynb|sh|bash|zsh|ps1|bat|js|ts|mjs|r|jl|java|go|rs|c|h|cpp|sql|xml|html|tf|tfvars|gradle|pem|key|netrc|npmrc|pypirc|log)(?:\..+)?$|^[^.]+$|^\.[^.]+$/i
const mostWrittenBytes = 4 * 1024 * 1024

/** How far is looked, so that a folder of a million texts is planned in seconds: so many files of each kind, and bytes of texts. */
const most = { texts: 5000, textBytes: 256 * 1024 * 1024, pickles: 200, opened: 20_000 }
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
  return files.flatMap(({ mark, ...file }): FileToInspect[] => {
    if (mark === 'runs-code' && left.pickles > 0) {
      left.pickles -= 1
      return [{ ...file, look: 'imports' }]
    }
    if (isWritten(file, mark === 'secret') && left.texts > 0 && left.textBytes >= file.sizeBytes) {
      left.texts -= 1
      left.textBytes -= file.sizeBytes
      return [{ ...file, look: 'secret' }]
    }
    left.opened -= 1
    return left.opened >= 0 ? [file] : []
  })
}

const isWritten = ({ path, sizeBytes }: SourceFile, isMarked: boolean): boolean =>
  sizeBytes <= mostWrittenBytes && (isMarked || writtenName.test(path.slice(path.lastIndexOf('/') + 1)))
