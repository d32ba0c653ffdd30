import * as z from 'zod'
import { appVerdict } from './app.ts'
import { compatibilityMap, packageInfo, packageRef } from './package.ts'

/** What a person may set on the publish form; everything else comes from the folder. */
export const publishFields = z.strictObject({
  name: z.string().max(256).optional(),
  version: z.string().max(256).optional(),
  title: z.string().max(1000).optional(),
  description: z.string().max(65536).optional(),
  license: z.string().max(1000).optional(),
  notes: z.string().max(65536).optional(),
  tags: z.array(z.string().max(256)).max(200).optional(),
  compatibility: compatibilityMap.optional(),
  /** Paths (of files or folders, `/`-separated) to leave out on top of the rules. */
  leaveOut: z.array(z.string()).max(10000).optional(),
  /** Left-out paths to put in after all. */
  putIn: z.array(z.string()).max(10000).optional(),
  /** Puts everything into a folder of this name inside the package: root names such as `meta.json` are then free. */
  insideFolder: z.string().max(64).optional(),
})
export type PublishFields = Readonly<z.infer<typeof publishFields>>

const planFile = z.strictObject({
  path: z.string(),
  sizeBytes: z.number(),
  /** Against the newest published version; absent where there is none or it isn't known yet. */
  change: z.enum(['new', 'changed', 'same', 'unknown']).optional(),
  mark: z.enum(['secret', 'runs-code', 'not-portable']).optional(),
})
const leftOutEntry = z.strictObject({
  path: z.string(),
  isFolder: z.boolean(),
  fileCount: z.number(),
  sizeBytes: z.number(),
  reason: z.enum(['junk', 'ignored', 'not-included', 'symlink', 'special-file', 'by-person', 'recipe']),
  /** In words: "Made by the Finder". */
  why: z.string(),
})
const planWarning = z.strictObject({
  kind: z.enum([
    'secret',
    'runs-code',
    'symlink',
    'not-portable',
    'reserved-name',
    'constraint-unreadable-by-old-tools',
    'constraint-unsatisfiable',
    'include-matches-little',
  ]),
  path: z.string().optional(),
  /** Of a secret that was found in the file: the line, and what it has the shape of. What stands there is nowhere told. */
  line: z.number().optional(),
  shape: z.string().optional(),
  /** Of a pickle: what it asks for when it is loaded, as far as that can be told. */
  imports: z.strictObject({ names: z.array(z.string()), more: z.number(), isWhole: z.boolean() }).optional(),
  text: z.string(),
})
const fieldProblem = z.strictObject({
  field: z.string(),
  problem: z.string(),
  fix: z.string().optional(),
  /** Of `files`: the one that is meant. Leaving it out mends it. */
  path: z.string().optional(),
  /** Of the store, not of the package: it can be saved as a file all the same. */
  ofStore: z.boolean().optional(),
})

/** What publishing this folder would do. Computed, shown, then executed as it is. */
export const publishPlan = z.strictObject({
  planId: z.string(),
  connectionId: z.string(),
  source: z.strictObject({ kind: z.enum(['folder', 'sputnik']), path: z.string() }),
  info: packageInfo,
  /** Field → where its value comes from: 'package.json', 'the folder', '4.3.1', 'you'. */
  origins: z.record(z.string(), z.string()),
  /** Names this list of files and of what is left out: the same again while neither changes. */
  filesTag: z.string(),
  fileCount: z.number(),
  leftOutCount: z.number(),
  files: z.array(planFile),
  leftOut: z.array(leftOutEntry),
  totalBytes: z.number(),
  /** Fields that must be mended before Publish works. */
  problems: z.array(fieldProblem),
  warnings: z.array(planWarning),
  previous: z
    .strictObject({
      version: z.string(),
      newFiles: z.number(),
      newBytes: z.number(),
      changedFiles: z.number(),
      changedBytes: z.number(),
      sameFiles: z.number(),
      sameBytes: z.number(),
      removed: z.array(z.string()),
      removedBytes: z.number(),
      /** Which number of the version counts on after it, by what changed. */
      step: z.enum(['major', 'minor', 'patch']).optional(),
      /** False while hashes are still being taken. */
      exact: z.boolean(),
    })
    .optional(),
  /** What is sent at most where the store copies what it has of the last version; else everything is. */
  mostSentBytes: z.number().optional(),
})
export type PublishPlan = Readonly<z.infer<typeof publishPlan>>

export const installPlan = z.strictObject({
  planId: z.string(),
  ref: packageRef,
  title: z.string(),
  /** Absent for a `.sputnik` file. */
  connectionId: z.string().optional(),
  libraryId: z.string(),
  downloadBytes: z.number(),
  reusedBytes: z.number(),
  reusedFrom: z.array(z.string()),
  diskBytes: z.number(),
  /** Highest extra need on the library's volume while installing (staging and spool). */
  neededBytes: z.number(),
  freeBytes: z.number(),
  freeAfterBytes: z.number(),
  enoughSpace: z.boolean(),
  fileCount: z.number(),
  /** Already installed and verified: starting it only answers "already installed". */
  alreadyInstalled: z.boolean(),
  /** Installed versions that go to trash after it (upgrade, one version per package). */
  replaces: z.array(z.string()),
  verdict: z.enum(['compatible', 'not-compatible', 'not-stated']),
  verdicts: z.array(appVerdict),
})
export type InstallPlan = Readonly<z.infer<typeof installPlan>>
