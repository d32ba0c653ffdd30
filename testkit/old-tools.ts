/**
 * The two old tools, unmodified, as their users ran them: `sputnik` 0.9.3 (packages, libraries) and `sputnik-orbital` 1.0.0, which
 * makes it talk to a bucket. They are called by their command line in a Python of their own.
 *
 * The only help they get comes from outside: a boto config names the endpoint, and a `sitecustomize` teaches boto its port.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { type Available, isMissing, requireAvailable } from './available.ts'
import { cached } from './cache.ts'
import { findPython } from './python.ts'
import { type CommandResult, describeFailure, runCommand } from './run-command.ts'
import type { S3Store } from './s3-store.ts'
import { createTempFolder } from './temp-folder.ts'

export interface OldToolsOptions {
  /** The library folder (the tools say "data path"). */
  readonly dataPath: string
  /** Without a store only what needs none works: build, install of a file, find, files, remove. */
  readonly store?: Pick<S3Store, 'endpoint' | 'accessKeyId' | 'secretAccessKey'> & { readonly bucket: string }
  /** The app that packages are looked for; without one, compatibility is not looked at. */
  readonly app?: { readonly name: string; readonly version: string }
  readonly signal?: AbortSignal
}

export interface OldPackage {
  readonly name: string
  readonly version: string
}

/** Every method but `run` rejects with the end of the tool's output when the tool fails. */
export interface OldTools {
  /** Packs a folder with a `package.json` into the file `archive`. */
  build(folder: string, archive: string): Promise<void>
  /** Uploads a `.sputnik` file to the bucket. */
  upload(archive: string): Promise<void>
  /** Lists the bucket; gives `name-version` of what matches, as in `model` or `model >=1.0.0`. */
  search(text?: string): Promise<string[]>
  /** Refreshes the tool's copy of the bucket's list. */
  update(): Promise<void>
  /** Installs by `name`, `name==version`, or from a `.sputnik` file. */
  install(packageOrFile: string): Promise<void>
  find(text?: string, options?: { readonly cache?: boolean }): Promise<OldPackage[]>
  /** The whole metas' packages (`find --meta`). */
  findMeta(text?: string): Promise<Record<string, unknown>[]>
  /** Files of an installed version (or of a `.sputnik` file), by path: checksum and size. */
  files(packageOrFile: string): Promise<Record<string, { readonly checksum: [string, string]; readonly size: number }>>
  remove(text: string): Promise<void>
  /** One call of the command line, whatever it gives. */
  run(command: string, ...args: string[]): Promise<CommandResult>
  /** Runs Python lines in the tools' Python, as a program that uses them does. Gives what they print. */
  runPython(lines: string): Promise<string>
  /** Deletes the rig's config; the library stays. */
  stop(): Promise<void>
}

const thing = 'old-tools-sputnik-0.9.3-orbital-1.0.0'
const requirements = ['sputnik==0.9.3', 'sputnik-orbital==1.0.0', 'boto==2.49.0', 'semver==2.13.0']

const siteCustomize = `import os
import boto.connection
boto.connection.PORTS_BY_SECURITY[False] = int(os.environ['OLD_TOOLS_PORT'])
`

/** The Python that has the old tools, made when it isn't cached. They need Python 3.11 or older. */
export async function fetchOldTools(options: { signal?: AbortSignal } = {}): Promise<Available<string>> {
  const python = await findPython({ module: 'venv', newest: 11 })
  if (isMissing(python)) return { missing: `the old tools: ${python.missing}` }
  const name = `${thing}-python-${python.version.join('.')}`
  const folder = await cached({
    thing: name,
    signal: options.signal,
    produce: async (target) => {
      const made = await runCommand(python.command, ['-m', 'venv', target], options)
      if (made.exitCode !== 0) return { missing: describeFailure(made) }
      const args = [
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '--timeout=20',
        '--retries=1',
        ...requirements,
      ]
      const installed = await runCommand(join(target, 'bin/python'), args, { ...options, timeoutMs: 180_000 })
      return installed.exitCode === 0 ? undefined : { missing: describeFailure(installed).split(' | ').at(-1) ?? '' }
    },
  })
  return isMissing(folder) ? folder : join(folder, 'bin/python')
}

/** Sets the tools up for one library and, if given, one bucket. Rejects when they are not to be had (ask `fetchOldTools` before). */
export async function createOldTools(options: OldToolsOptions): Promise<OldTools> {
  const { dataPath, store, app, signal } = options
  const python = requireAvailable(await fetchOldTools({ signal }))
  const config = await createTempFolder('orbital-old-tools-')
  await mkdir(dataPath, { recursive: true })
  const env = store === undefined ? { ...process.env } : await writeStoreConfig(config.path, store)
  const entry = `${store === undefined ? '' : 'import orbital; '}from sputnik.__main__ import main; main()`
  const appArguments = app === undefined ? [] : ['--name', app.name, '--version', app.version]

  const runWith = (args: readonly string[]) =>
    runCommand(python, args, { env, signal, cwd: config.path, timeoutMs: 300_000 })
  const run = (command: string, ...args: string[]) =>
    runWith(['-c', entry, ...appArguments, '--data-path', dataPath, '--log-level', 'warning', command, ...args])
  const runToEnd = async (command: string, ...args: string[]) => {
    const result = await run(command, ...args)
    if (result.exitCode !== 0) throw new Error(`old tools, ${command} ${args.join(' ')}: ${describeFailure(result)}`)
    return result.stdout
  }
  const runForJson = async (command: string, ...args: string[]) => JSON.parse(await runToEnd(command, ...args))
  const text = (value: string | undefined) => (value === undefined ? [] : [value])

  return {
    build: async (folder, archive) => void (await runToEnd('build', folder, archive)),
    upload: async (archive) => void (await runToEnd('upload', archive)),
    search: (value) => runForJson('search', ...text(value)),
    update: async () => void (await runToEnd('update')),
    install: async (packageOrFile) => void (await runToEnd('install', packageOrFile)),
    find: (value, { cache = false } = {}) => runForJson('find', ...(cache ? ['--cache'] : []), ...text(value)),
    findMeta: (value) => runForJson('find', '--meta', ...text(value)),
    files: async (packageOrFile) => Object.values(await runForJson('files', packageOrFile))[0] as never,
    remove: async (value) => void (await runToEnd('remove', value)),
    run,
    runPython: async (lines) => {
      const result = await runWith(['-c', lines])
      if (result.exitCode !== 0) throw new Error(`old tools, Python: ${describeFailure(result)}`)
      return result.stdout
    },
    stop: config.remove,
  }
}

async function writeStoreConfig(
  folder: string,
  store: NonNullable<OldToolsOptions['store']>,
): Promise<NodeJS.ProcessEnv> {
  const { hostname, port } = new URL(store.endpoint)
  const lines = [
    '[Boto]',
    'is_secure = False',
    'num_retries = 1',
    '[s3]',
    `host = ${hostname}`,
    `port = ${port}`,
    'calling_format = boto.s3.connection.OrdinaryCallingFormat',
  ]
  await writeFile(join(folder, 'boto.cfg'), `${lines.join('\n')}\n`)
  await writeFile(join(folder, 'sitecustomize.py'), siteCustomize)
  return {
    ...process.env,
    BUCKET: store.bucket,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    BOTO_CONFIG: join(folder, 'boto.cfg'),
    OLD_TOOLS_PORT: port,
    PYTHONPATH: [folder, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
  }
}
