import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Connection, NewConnection } from '../../../shared/model/connection.ts'
import { formatSharedConnection, parseSharedConnection } from '../../../shared/model/shared-connection.ts'
import { connectionNotFound } from '../../engine/connections/connection-ids.ts'
import { unknownVerb, usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { table } from '../output.ts'
import { connectionName, requiredWord, requirePath } from '../spec.ts'

export const connections: Command = {
  name: 'connections',
  usage: 'list | add <name> … | test [id] | export <id> | import <file> | remove <id> | default <id>',
  summary: 'Manage connections: buckets and folders with packages, and how to sign in.',
  options: [
    { name: 'bucket', value: 'BUCKET', help: 'add: an S3 bucket' },
    { name: 'folder', value: 'DIR', help: 'add: a folder or network share instead of a bucket' },
    { name: 'create', help: 'add: make the folder of --folder if it is not there' },
    { name: 'root', value: 'PATH/', help: 'add: the folder inside the bucket, if not its top' },
    { name: 'endpoint', value: 'URL', help: 'add: address of an S3-compatible store' },
    { name: 'region', value: 'REGION', help: 'add: found by itself if not given' },
    {
      name: 'addressing',
      value: 'WAY',
      help: 'add: path or host, how addresses name the bucket, if not as usual there',
    },
    {
      name: 'certificate-file',
      value: 'FILE',
      help: 'add: certificate authorities (PEM) that the store’s certificate comes from',
    },
    { name: 'profile', value: 'NAME', help: 'add: sign in by this profile of ~/.aws' },
    { name: 'public', help: 'add: a public bucket, without sign-in' },
    {
      name: 'access-key-id',
      value: 'ID',
      help: 'add: sign in by keys; the secret is asked for, or taken from AWS_SECRET_ACCESS_KEY',
    },
    { name: 'store-secret', help: 'add: keep the secret in a file that only you can read' },
    { name: 'policy', help: 'test: print the least policies for the bucket, whatever the test says' },
  ],
  async run(context) {
    const [verb = 'list'] = context.words
    switch (verb) {
      case 'list':
        return listConnections(context)
      case 'add':
        return add(context, await newConnectionOf(context))
      case 'test':
        return test(context)
      case 'export':
        return share(context)
      case 'import':
        return importShared(context)
      case 'remove': {
        const id = requiredWord(context, 'connection', 1)
        const name = await connectionName(context, id)
        await context.api.connections.remove({ id })
        return context.output.result({ id }, [`Removed ${name}. Its packages stay where they are.`])
      }
      case 'default': {
        const id = requiredWord(context, 'connection', 1)
        await context.api.connections.setDefault({ id })
        return context.output.result({ id }, [`${await connectionName(context, id)} is the default connection.`])
      }
      default:
        throw unknownVerb(connections, verb)
    }
  },
}

const placeOf = ({ location }: Connection): string =>
  location.kind === 'folder'
    ? location.path
    : `${location.bucket}${location.root === '' ? '' : `/${location.root}`}${location.endpoint === undefined ? '' : ` at ${location.endpoint}`}`

async function listConnections({ api, output }: Context): Promise<void> {
  const all = await api.connections.list({})
  output.result(
    all,
    table(all.map((each) => [each.isDefault ? `${each.id} (default)` : each.id, each.name, placeOf(each)])),
  )
}

async function add(context: Context, wanted: NewConnection): Promise<void> {
  const added = await context.api.connections.add(wanted, { signal: context.signal })
  context.output.result(added, [
    `Added ${added.id}: ${placeOf(added)}`,
    ...(added.isDefault ? ['It is the default connection now: commands use it unless they name another one.'] : []),
    `  orbital connections test ${added.id}`,
  ])
}

async function newConnectionOf(context: Context): Promise<NewConnection> {
  const name = requiredWord(context, 'name', 1)
  const folder = context.text('folder')
  const bucket = context.text('bucket')
  if ((folder === undefined) === (bucket === undefined))
    throw usage('Say where the packages are: --bucket BUCKET or --folder DIR.')
  const root = context.text('root') ?? ''
  const rootPath = root === '' || root.endsWith('/') ? root : `${root}/`
  if (folder !== undefined)
    return { name, location: { kind: 'folder', path: await folderOf(context, folder), root: rootPath } }
  const keyId = context.text('access-key-id')
  const profile = context.text('profile')
  const endpoint = context.text('endpoint')
  const region = context.text('region')
  const addressing = addressingOf(context)
  const certificateFile = context.text('certificate-file')
  const location = {
    kind: 's3' as const,
    bucket: bucket ?? '',
    root: rootPath,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(addressing === undefined ? {} : { addressing }),
    ...(certificateFile === undefined ? {} : { certificateFile: path.resolve(context.cwd, certificateFile) }),
  }
  if (context.flag('public')) return { name, location: { ...location, signIn: { kind: 'anonymous' } } }
  if (keyId === undefined)
    return { name, location: { ...location, signIn: { kind: 'chain', ...(profile === undefined ? {} : { profile }) } } }
  const secretAccessKey = await secretOf(context)
  return { name, location: { ...location, signIn: { kind: 'keys', accessKeyId: keyId } }, secretAccessKey }
}

/** A folder that isn't there may be a typing error, or a drive that isn't mounted: it is made only where that was said. */
async function folderOf(context: Context, word: string): Promise<string> {
  const target = path.resolve(context.cwd, word)
  if (existsSync(target)) return target
  const question = `There is no folder at ${target}. Make it? (yes/no) `
  if (context.flag('create') || (context.interactive && isYes(await context.ask(question)))) {
    context.makeFolder(target)
    return target
  }
  return requirePath(context, word, 'folder', 'Make the folder first, or add --create.')
}

const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer)

function addressingOf(context: Context): 'path' | 'host' | undefined {
  const addressing = context.text('addressing')
  if (addressing === undefined || addressing === 'path' || addressing === 'host') return addressing
  throw usage('--addressing is path or host.')
}

async function secretOf(context: Context): Promise<string> {
  const keep =
    context.flag('store-secret') ||
    (context.interactive &&
      isYes(await context.ask('Keep the secret in secrets.json, a file that only you can read? (yes/no) ')))
  if (!keep)
    throw usage(
      'The command line can keep a secret only in a file: say --store-secret, or use a profile of ~/.aws (--profile).',
    )
  const secret =
    context.env.AWS_SECRET_ACCESS_KEY ??
    (context.interactive ? await context.askSecret('Secret access key: ') : undefined)
  if (secret === undefined || secret === '')
    throw usage('Set AWS_SECRET_ACCESS_KEY, or run this in a terminal to be asked for the secret.')
  return secret
}

/** For a colleague: everything but keys and files of this computer. */
async function share(context: Context): Promise<void> {
  const id = requiredWord(context, 'connection', 1)
  const all = await context.api.connections.list({})
  const found = all.find((each) => each.id === id)
  if (found === undefined) throw connectionNotFound(id, all)
  context.output.bytes(formatSharedConnection(found))
}

async function importShared(context: Context): Promise<void> {
  const file = requirePath(context, requiredWord(context, 'file', 1), 'file')
  const found = parseSharedConnection(readFileSync(file, 'utf8'))
  if (found === undefined) throw usage(`${file} is no connection that orbital connections export wrote.`)
  const { name, location } = found
  if (location.kind === 'folder') return add(context, { name, location })
  const { signIn, ...rest } = location
  if (signIn.kind !== 'keys') return add(context, { name, location: { ...rest, signIn } })
  const accessKeyId = context.text('access-key-id')
  if (accessKeyId === undefined) throw usage('This store takes keys of your own: say --access-key-id ID.')
  const secretAccessKey = await secretOf(context)
  return add(context, { name, location: { ...rest, signIn: { kind: 'keys', accessKeyId } }, secretAccessKey })
}

const words = { allowed: 'yes', 'not-allowed': 'no', 'not-tested': 'not tested', failed: 'failed' } as const

async function test(context: Context): Promise<void> {
  const all = await context.api.connections.list({})
  const id = context.words[1] ?? all.find((each) => each.isDefault)?.id ?? 'env'
  const found = all.find((each) => each.id === id)
  const name = found?.name ?? id
  const isFolder = found?.location.kind === 'folder'
  const report = await context.api.connections.test({ id }, { signal: context.signal })
  const wantsPolicy = context.flag('policy') || report.checks.some(({ state }) => state === 'not-allowed')
  context.output.result(report, [
    name === id ? `${id}:` : `${id} (${name}):`,
    // Of a folder the names of S3 tell nothing.
    ...table(
      report.checks.map(({ state, detail, technicalName }) =>
        isFolder ? [words[state], detail] : [words[state], detail, technicalName],
      ),
    ),
    ...(wantsPolicy && report.policy !== undefined
      ? ['', 'The least that an admin must allow for publishing and installing:', report.policy]
      : []),
    ...(wantsPolicy && report.readOnlyPolicy !== undefined ? ['', 'For installing alone:', report.readOnlyPolicy] : []),
  ])
  if (report.failure !== undefined) throw new AppError(report.failure.code, report.failure.details as never)
}
