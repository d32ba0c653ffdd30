import { AppError } from '../../../shared/errors.ts'
import type { InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import type { FileEntry, PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { usage } from '../arguments.ts'
import type { Command, Context, OptionSpec } from '../command.ts'
import { from } from '../options.ts'
import { formatBytes, table, withoutControls } from '../output.ts'
import { modelHeaderLines, pickleLines } from '../preview-lines.ts'
import { connectionOf, isPackageFile, matchInstalled, meantBy, requiredWord, requirePath, resolve } from '../spec.ts'
import { tellDone } from '../tell-done.ts'

export const list: Command = {
  name: 'list',
  aliases: ['find'],
  usage: '[spec] [--meta] [--cache]',
  summary: 'List what is installed.',
  readsLibrary: true,
  mostWords: 1,
  options: [
    { name: 'meta', help: 'print what each package says of itself, as JSON' },
    { name: 'cache', help: 'list what old tools keep in the cache of this library instead' },
  ],
  async run(context) {
    const library = await context.library()
    const [word] = context.words
    if (context.flag('cache')) return listCache(context, library.id)
    const all = await context.api.installed.list({ libraryId: library.id })
    const shown = word === undefined ? all : await matchesOf(context, word, all)
    if (context.flag('meta')) {
      const infos = []
      for (const { ref } of shown) infos.push(await context.api.installed.info({ libraryId: library.id, ref }))
      return context.output.result(infos, JSON.stringify(infos, null, 2).split('\n'))
    }
    const rows = shown.map((each) => [
      each.ref.name,
      each.ref.version,
      formatBytes(each.diskBytes),
      each.verifiedAt === undefined ? 'not verified' : `verified ${each.verifiedAt.slice(0, 10)}`,
    ])
    context.output.result(
      shown,
      rows.length > 0
        ? table(rows)
        : [word === undefined ? 'Nothing is installed here.' : `Nothing installed matches “${word}”.`],
    )
    for (const ref of await context.api.installed.unreadable({ libraryId: library.id }))
      if (word === undefined || identOf(ref).includes(word) || ref.name === word)
        context.output.warn(
          `${ref.name} ${ref.version} is damaged (meta.json): orbital verify --repair ${specOf(ref)} brings it back.`,
        )
  },
}

async function listCache(context: Context, libraryId: string): Promise<void> {
  const [word = ''] = context.words
  const all = await context.api.installed.cached({ libraryId })
  const shown = all.filter(({ ref }) => [specOf(ref), identOf(ref)].some((name) => name.includes(word)))
  if (context.flag('meta')) {
    const infos = shown.map(({ info }) => info)
    return context.output.result(infos, JSON.stringify(infos, null, 2).split('\n'))
  }
  const document = shown.map(({ ref, archiveBytes }) => ({
    ref,
    ...(archiveBytes === undefined ? {} : { archiveBytes }),
  }))
  const rows = shown.map(({ ref, archiveBytes }) => [
    ref.name,
    ref.version,
    archiveBytes === undefined ? 'description only' : formatBytes(archiveBytes),
  ])
  context.output.result(document, rows.length === 0 ? ['The cache is empty.'] : table(rows))
}

/** A constraint's matches; for anything else, what has it in its name (as the old tools' `find`). */
async function matchesOf(
  context: Context,
  word: string,
  all: readonly InstalledVersion[],
): Promise<readonly InstalledVersion[]> {
  if (!/[=<>^~|]/.test(word)) return all.filter(({ ref }) => `${ref.name}-${ref.version}`.includes(word))
  try {
    return await matchInstalled(context, word)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-installed') return []
    throw error
  }
}

/** The installed version that a spec means (the newest that matches), or nothing. */
async function installedOf(context: Context, spec: string): Promise<InstalledVersion | undefined> {
  try {
    return (await matchInstalled(context, spec))[0]
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-installed') return undefined
    throw error
  }
}

const lookInto: OptionSpec = { ...from, help: 'look into this connection instead of the library, without installing' }

export const files: Command = {
  name: 'files',
  usage: '<spec or .sputnik file> [--from CONNECTION]',
  summary: 'List the files of an installed or published package, or of a .sputnik file.',
  mostWords: 1,
  options: [lookInto],
  async run(context) {
    const word = requiredWord(context, 'package')
    if (isPackageFile(word)) {
      const { info, files: entries } = await context.api.packageFile.files({ path: requirePath(context, word, 'file') })
      return printFiles(context, info, entries)
    }
    const installed = context.text('from') === undefined ? await installedOf(context, word) : undefined
    const { ref, entries } =
      installed === undefined ? await publishedFiles(context, word) : await installedFiles(context, installed)
    printFiles(context, ref, entries)
  },
}

function printFiles({ output }: Context, ref: PackageRef, entries: readonly FileEntry[]): void {
  const document = Object.fromEntries(
    entries.map((entry) => [entry.path, { checksum: entry.checksum, size: entry.sizeBytes }]),
  )
  output.result(
    { [identOf(ref)]: document },
    table(entries.map((entry) => [entry.path, formatBytes(entry.sizeBytes), entry.checksum])),
  )
}

async function installedFiles(context: Context, { ref, libraryId }: InstalledVersion) {
  return { ref, entries: await context.api.installed.files({ libraryId, ref }) }
}
async function publishedFiles(context: Context, spec: string) {
  const ref: PackageRef = await resolve(context, spec)
  const { files: entries } = await context.api.catalog.version(
    { ...connectionOf(context, 'from'), ref },
    { signal: context.signal },
  )
  return { ref, entries }
}

export const pathOf: Command = {
  name: 'path',
  usage: '<spec> [file]',
  summary: 'Print the folder of an installed package, or the path of a file in it.',
  readsLibrary: true,
  mostWords: 2,
  async run(context) {
    const library = await context.library()
    const [, file] = context.words
    const answer = await context.api.installed.path({
      libraryId: library.id,
      spec: requiredWord(context, 'package'),
      ...(file === undefined ? {} : { file }),
    })
    if (context.output.json) context.output.result(answer, [])
    else context.output.bytes(`${answer.path}\n`)
  },
}

export const cat: Command = {
  name: 'cat',
  usage: '<spec> <file> [--from CONNECTION]',
  summary: 'Print a file of an installed or published package; what is not text only into a file or pipe.',
  mostWords: 2,
  options: [lookInto],
  async run(context) {
    const spec = requiredWord(context, 'package')
    const file = requiredWord(context, 'file', 1)
    const maxBytes = 4194304
    const installed = context.text('from') === undefined ? await installedOf(context, spec) : undefined
    // Whoever takes the output gets the file as it is; a screen gets text only.
    if (installed !== undefined && !context.onScreen && !context.output.json) {
      const { libraryId, ref, path } = installed
      // Says what there is not.
      await context.api.installed.path({ libraryId, spec: specOf(ref), file })
      return context.printFile(path, file)
    }
    const preview =
      installed === undefined
        ? await context.api.catalog.preview(
            { ...connectionOf(context, 'from'), ref: await resolve(context, spec), path: file, maxBytes },
            { signal: context.signal },
          )
        : await context.api.installed.preview(
            { libraryId: installed.libraryId, ref: installed.ref, path: file, maxBytes },
            { signal: context.signal },
          )
    const { content } = preview
    if (content.kind === 'model')
      return context.output.result({ path: file, model: content.header }, modelHeaderLines(content.header))
    if (content.kind === 'pickle') {
      const { kind: _, ...pickle } = content
      return context.output.result({ path: file, ...pickle }, pickleLines(content))
    }
    if (content.kind !== 'text')
      throw usage(
        installed === undefined
          ? `${file} is not text. Install the package, then use: orbital path ${spec} ${file}`
          : `${file} is not text. Where it is: orbital path ${spec} ${file}`,
      )
    if (content.truncated && installed === undefined && !context.onScreen && !context.output.json)
      throw usage(
        `${file} is larger than ${formatBytes(maxBytes)}, and would be cut. For all of it: orbital export ${spec} --from ${context.text('from') ?? 'CONNECTION'} --file ${file} --out PATH`,
      )
    if (content.truncated) context.output.warn(`Only the first ${formatBytes(maxBytes)} are shown.`)
    if (context.output.json) context.output.result({ path: file, text: content.text, truncated: content.truncated }, [])
    else context.output.bytes(context.onScreen ? withoutControls(content.text) : content.text)
  },
}

export const remove: Command = {
  name: 'remove',
  usage: '<spec>…',
  summary: 'Move installed packages (all versions that match) to the trash; orbital restore brings them back.',
  readsLibrary: true,
  async run(context) {
    if (context.words.length === 0) throw usage('Say which package to remove.')
    const { id: libraryId } = await context.library()
    const { packages } = await context.api.disk.usage({ libraryId }, { signal: context.signal })
    const removed: TrashEntry[] = []
    let freedBytes = 0
    const lines = () => [
      ...removed.map(({ ref }) => `Moved ${ref.name} ${ref.version} to the trash.`),
      `Frees ${formatBytes(freedBytes)} when the trash is emptied (orbital purge --trash).`,
    ]
    const one = async (word: string) => {
      for (const { ref } of await matchInstalled(context, word)) {
        removed.push(await context.api.installed.remove({ libraryId, ref }))
        freedBytes += packages.find((each) => specOf(each.ref) === specOf(ref))?.freedBytes ?? 0
      }
    }
    await tellDone(
      context,
      removed,
      () => ({ document: removed, lines: lines() }),
      async () => {
        for (const word of context.words) await one(word)
      },
    )
    context.output.result(removed, lines())
  },
}

export const restore: Command = {
  name: 'restore',
  usage: '[spec]',
  summary: 'Bring removed packages back from the trash; without a spec, list the trash.',
  readsLibrary: true,
  mostWords: 1,
  async run(context) {
    const library = await context.library()
    const trashed = await context.api.trash.list({ libraryId: library.id })
    const [word] = context.words
    if (word === undefined) {
      // With the time: a version that was removed twice is there twice.
      const rows = trashed.map((each) => [
        each.ref.name,
        each.ref.version,
        formatBytes(each.diskBytes),
        `removed ${each.removedAt.slice(0, 10)} ${each.removedAt.slice(11, 19)} UTC`,
        each.extras === undefined ? '' : extrasOf(each.extras),
      ])
      return context.output.result(trashed, rows.length === 0 ? ['The trash is empty.'] : table(rows))
    }
    const matching = trashed.filter(({ ref }) => [ref.name, specOf(ref), `${ref.name}-${ref.version}`].includes(word))
    if (matching.length === 0) {
      const meant = meantBy(word, trashed)
      throw new AppError('trash-entry-not-found', { entryId: word, ...(meant === undefined ? {} : { meant }) })
    }
    // Newest first: of several removals of one version the last one comes back, the others stay in the trash.
    const versions = matching.filter(
      ({ ref, extras }, at) =>
        extras === undefined && matching.findIndex((each) => !each.extras && specOf(each.ref) === specOf(ref)) === at,
    )
    // What a repair took out of a version goes back into it, after the version itself.
    const entries = [...versions, ...matching.filter(({ extras }) => extras !== undefined)]
    const restored: InstalledVersion[] = []
    const lines: string[] = []
    const one = async ({ id, extras }: TrashEntry) => {
      const version = await context.api.trash.restore({ libraryId: library.id, entryId: id })
      const name = `${version.ref.name} ${version.ref.version}`
      restored.push(version)
      lines.push(extras === undefined ? `Restored ${name}.` : `Put ${extrasOf(extras)} back into ${name}.`)
      lines.push(`${lines.pop()}  ${version.path}`)
    }
    await tellDone(
      context,
      restored,
      () => ({ document: restored, lines }),
      async () => {
        for (const entry of entries) await one(entry)
      },
    )
    context.output.result(restored, lines)
  },
}

const extrasOf = ({ length }: readonly string[]): string =>
  length === 1 ? '1 extra file or folder' : `${length} extra files or folders`

export const purge: Command = {
  name: 'purge',
  usage: '[--cache] [--packages] [--unfinished] [--trash]',
  summary:
    'Free disk space for good: old tools’ cache, unfinished transfers, the trash; --packages moves all packages to the trash.',
  readsLibrary: true,
  mostWords: 0,
  options: [
    { name: 'cache', help: 'delete the archives that old tools keep' },
    { name: 'packages', help: 'move every installed package that is not kept to the trash' },
    { name: 'unfinished', help: 'delete what unfinished transfers left' },
    { name: 'trash', help: 'empty the trash' },
  ],
  async run(context) {
    const [cache, packages, unfinished, trash] = ['cache', 'packages', 'unfinished', 'trash'].map((name) =>
      context.flag(name),
    )
    if (!cache && !packages && !unfinished && !trash)
      throw usage('Say what to purge: --cache, --packages, --unfinished or --trash.')
    const { id: libraryId } = await context.library()
    const { signal } = context
    const purged =
      cache || packages || unfinished
        ? await context.api.disk.purge(
            { libraryId, cache: cache === true, packages: packages === true, unfinished: unfinished === true },
            { signal },
          )
        : { freedBytes: 0 }
    const emptied = trash ? await context.api.trash.empty({ libraryId }, { signal }) : { freedBytes: 0 }
    const freedBytes = purged.freedBytes + emptied.freedBytes
    context.output.result({ freedBytes }, [`Freed ${formatBytes(freedBytes)}.`])
  },
}

export const du: Command = {
  name: 'du',
  usage: '',
  summary: 'Show what takes the disk, and what removing it frees.',
  readsLibrary: true,
  mostWords: 0,
  async run(context) {
    const library = await context.library()
    const usageOf = await context.api.disk.usage({ libraryId: library.id }, { signal: context.signal })
    context.output.result(usageOf, [
      ...table([
        ...usageOf.packages.map(({ ref, freedBytes, older }) => [
          `${ref.name} ${ref.version}`,
          formatBytes(freedBytes),
          older ? 'a newer version is installed' : '',
        ]),
        ['cache of old tools', formatBytes(usageOf.cacheBytes), ''],
        ['unfinished transfers', formatBytes(usageOf.unfinishedBytes), ''],
        ['trash', formatBytes(usageOf.trashBytes), ''],
      ]),
      `${formatBytes(usageOf.volume.freeBytes)} free of ${formatBytes(usageOf.volume.totalBytes)}.`,
    ])
  },
}
