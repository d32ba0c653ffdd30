import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { closestTo } from '../../../shared/model/closest.ts'
import type { Library } from '../../../shared/model/settings.ts'
import { unknownVerb, usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { formatBytes, table } from '../output.ts'
import { requiredWord, requirePath } from '../spec.ts'

export const libraries: Command = {
  name: 'libraries',
  usage:
    'list | add <folder> [--create] [--one-version] | set <library> --one-version|--side-by-side | remove <library> | default <library> | move <library> <folder>',
  summary: 'Manage libraries: the folders that packages are installed in, also those of old tools.',
  options: [
    { name: 'one-version', help: 'add, set: keep one version of each package there, as old tools do' },
    { name: 'create', help: 'add: make the folder if it is not there' },
    { name: 'side-by-side', help: 'set: let versions stand side by side again' },
    { name: 'title', value: 'TEXT', help: 'add, set: what it is called, instead of its folder’s name' },
  ],
  async run(context) {
    const { api, output } = context
    const [verb = 'list'] = context.words
    switch (verb) {
      case 'list': {
        const all = await api.libraries.list({})
        return output.result(all, table(all.map(rowOf)))
      }
      case 'add':
        return add(context)
      case 'set':
        return set(context)
      case 'remove': {
        const { id, name, path: folder } = await libraryOf(context, requiredWord(context, 'library', 1))
        await api.libraries.remove({ id })
        return output.result({ id }, [`Removed ${name} from the list. Its folder stays as it is: ${folder}`])
      }
      case 'default': {
        const { id, name } = await libraryOf(context, requiredWord(context, 'library', 1))
        await api.libraries.setDefault({ id })
        return output.result({ id }, [`${name} is the default library.`])
      }
      case 'move':
        return move(context)
      default:
        throw unknownVerb(libraries, verb)
    }
  },
}

async function add(context: Context): Promise<void> {
  const title = context.text('title')
  const word = requiredWord(context, 'folder', 1)
  const added = await context.api.libraries.add({
    path: context.flag('create')
      ? path.resolve(context.cwd, word)
      : requirePath(context, word, 'folder', 'Make the folder first, or add --create.'),
    oneVersionPerPackage: context.flag('one-version'),
    ...(title === undefined ? {} : { name: title }),
  })
  context.output.result(added, [`Added ${added.name}: ${added.path}`])
}

async function set(context: Context): Promise<void> {
  const word = requiredWord(context, 'library', 1)
  const title = context.text('title')
  const isOne = context.flag('one-version')
  const isMany = context.flag('side-by-side')
  if (isOne && isMany) throw usage('--one-version and --side-by-side exclude each other.')
  if (!isOne && !isMany && title === undefined)
    throw usage('Say what to set: --one-version, --side-by-side or --title.')
  const { id } = await libraryOf(context, word)
  const changed = await context.api.libraries.update({
    id,
    ...(isOne || isMany ? { oneVersionPerPackage: isOne } : {}),
    ...(title === undefined ? {} : { name: title }),
  })
  context.output.result(changed, table([rowOf(changed)]))
}

/** To a folder that is empty or not there: by a rename on one volume, else copied, verified, and only then deleted where it was. */
async function move(context: Context): Promise<void> {
  const { api, output } = context
  const word = requiredWord(context, 'library', 1)
  const to = path.resolve(context.cwd, requiredWord(context, 'folder', 2))
  const { id, name, path: from } = await libraryOf(context, word)
  const { transferId } = await api.libraries.move({ id, path: to }, { signal: context.signal })
  const { file = to, outcome = {}, progress } = await context.follow(transferId)
  const kept = outcome.keptFiles ?? 0
  output.result({ id, name, path: file, totalBytes: progress.totalBytes, keptFiles: kept }, [
    `${name} is in ${file} now, ${formatBytes(progress.totalBytes)}.`,
    ...(from === file ? [] : [`Programs that load packages from ${from} need the new folder.`]),
    ...(kept === 0
      ? []
      : [
          `In the old folder ${kept} ${kept === 1 ? 'file stays' : 'files stay'}: changed meanwhile, or not yours to delete.`,
        ]),
  ])
}

/** By its id, its folder, or its name; `usage` for a name that several have. */
async function libraryOf({ api, cwd }: Context, word: string): Promise<Library> {
  const all = await api.libraries.list({})
  const named = all.filter(({ name }) => name === word)
  const found =
    all.find(({ id }) => id === word) ?? all.find((each) => each.path === path.resolve(cwd, word)) ?? named[0]
  if (found === named[0] && named.length > 1)
    throw usage(`Several libraries are called “${word}”. Say the folder: ${named.map((each) => each.path).join(', ')}`)
  if (found === undefined) {
    const meant = closestTo(
      word,
      all.flatMap(({ id, name }) => [name, id]),
    )
    throw new AppError('library-not-found', { libraryId: word, ...(meant === undefined ? {} : { meant }) })
  }
  return found
}

const rowOf = (library: Library): string[] => [
  library.name,
  library.isDefault ? 'default' : '',
  library.oneVersionPerPackage ? 'one version per package' : 'versions side by side',
  library.available ? library.path : `${library.path} (not there now)`,
]
