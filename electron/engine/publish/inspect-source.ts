import type { ManifestFile } from '../../../shared/model/package.ts'
import type { FileMark } from '../format/file-marks.ts'
import type { RecipeFile } from '../format/recipe.ts'
import type { FileFacts, Io } from '../ports.ts'
import type { FileToInspect, FromInspect, Inspected, InspectJob, Look } from '../workers/inspect.ts'
import type { StartWorker } from '../workers/pool.ts'

/** By the file's path in the package; without those that nothing is to be said of. */
export type Findings = ReadonlyMap<string, Inspected>

/** A `.sputnik` file as it is now, with what its description says is in it. */
export interface PackageFileToInspect {
  readonly path: string
  readonly facts: FileFacts | undefined
  readonly archiveOffset: number
  readonly files: readonly (ManifestFile & { readonly mark?: FileMark })[]
}

/** Looks into what is to be published, in a worker, for what a person should know before. */
export interface Inspector {
  files(files: readonly RecipeFile[], io: Io): Promise<Findings>
  /** Tells now and then into how many files it has looked. */
  packageFile(
    file: PackageFileToInspect,
    io: Io & { readonly onFiles?: ((count: number) => void) | undefined },
  ): Promise<Findings>
}

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
const mostKnownPackages = 20

/** What is as it was (path, size, time, inode) is not looked into twice. */
export function createInspector(startWorker: StartWorker): Inspector {
  const known = new Map<string, Inspected>()
  const knownPackages = new Map<string, Findings>()
  const inspectFiles: Inspector['files'] = async (files, { signal }) => {
    const wanted = choose(files)
    const fresh = wanted.filter((file) => !known.has(stampOf(file)))
    if (fresh.length > 0) {
      if (known.size + fresh.length > mostKnown) known.clear()
      const job: InspectJob = { kind: 'files', files: fresh }
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
  const inspectPackageFile: Inspector['packageFile'] = async (file, { signal, onFiles }) => {
    const stamp = JSON.stringify([file.path, file.facts?.sizeBytes, file.facts?.modifiedMs, file.facts?.inode])
    const before = knownPackages.get(stamp)
    if (before !== undefined) return before
    const members = choose(file.files).flatMap(({ path, sizeBytes, startOffset, endOffset, look }) =>
      look === undefined ? [] : [{ path, sizeBytes, startOffset, endOffset, look }],
    )
    if (members.length === 0) return new Map()
    const archive = { file: file.path, archiveOffset: file.archiveOffset, members }
    const job: InspectJob = { kind: 'archive', archive }
    const worker = startWorker<readonly Inspected[], FromInspect>('inspect', job, { signal })
    worker.onMessage(({ count }) => onFiles?.(count))
    const answers = await worker.result
    const findings = new Map(
      answers.flatMap((found, at): [string, Inspected][] =>
        Object.keys(found).length === 0 ? [] : [[members[at]?.path ?? '', found]],
      ),
    )
    if (knownPackages.size >= mostKnownPackages) knownPackages.clear()
    knownPackages.set(stamp, findings)
    return findings
  }
  return { files: inspectFiles, packageFile: inspectPackageFile }
}

const stampOf = ({ absolutePath, sizeBytes, modifiedMs, inode, look }: FileToInspect): string =>
  `${look} ${sizeBytes} ${modifiedMs} ${inode} ${absolutePath}`

interface Choosable {
  readonly path: string
  readonly sizeBytes: number
  readonly mark?: FileMark
}

function choose<F extends Choosable>(files: readonly F[]): readonly (Omit<F, 'mark'> & { readonly look?: Look })[] {
  const left = { ...most }
  const chosen: (Omit<F, 'mark'> & { readonly look?: Look })[] = []
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
function isWritten({ path, sizeBytes }: Choosable, isMarked: boolean): boolean {
  if (sizeBytes > mostWrittenBytes) return false
  if (isMarked) return true
  const parts = path
    .slice(path.lastIndexOf('/') + 1)
    .toLowerCase()
    .split('.')
  if (parts.length === 1 || (parts.length === 2 && parts[0] === '')) return true
  return parts.slice(-2).some((part, at) => (at > 0 || parts.length > 2) && writtenEndings.has(part))
}
