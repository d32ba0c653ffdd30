import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError, exitCodeOf, toAppError, toWire } from '../../shared/errors.ts'
import { closestTo } from '../../shared/model/closest.ts'
import type { Progress, Transfer } from '../../shared/model/transfer.ts'
import { isEnded } from '../../shared/model/transfer-standing.ts'
import { createSecretFile } from '../engine/connections/secret-file.ts'
import { errnoOf } from '../engine/disk/disk-errors.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { homeFolder } from '../engine/home.ts'
import { createEngine, type Engine } from '../engine/index.ts'
import { refuseLinksTo } from '../engine/library/verify.ts'
import { createLogFile } from '../engine/log-file.ts'
import type { LogLevel } from '../engine/ports.ts'
import { samplePath } from '../engine/sample-path.ts'
import { createSystemClock } from '../engine/system-clock.ts'
import { version } from '../engine/version.ts'
import { didYouMean, helpOf, optionsOf, type ParsedArguments, parseApp, parseArguments, usage } from './arguments.ts'
import type { Command, Context } from './command.ts'
import { build } from './commands/build.ts'
import { info, search, update } from './commands/catalog.ts'
import { connections } from './commands/connections.ts'
import { diagnostics } from './commands/diagnostics.ts'
import { diff } from './commands/diff.ts'
import { exportVersion } from './commands/export.ts'
import { install } from './commands/install.ts'
import { cat, du, files, list, pathOf, purge, remove, restore } from './commands/installed.ts'
import { libraries } from './commands/libraries.ts'
import { publish } from './commands/publish.ts'
import { runServe, serve } from './commands/serve.ts'
import { transfers } from './commands/transfers.ts'
import { unpublish } from './commands/unpublish.ts'
import { upgrade } from './commands/upgrade.ts'
import { verify } from './commands/verify.ts'
import { createOutput, type Output } from './output.ts'
import { startFolder } from './start-folder.ts'
import { endOnStrayErrors } from './stray-errors.ts'

const commands: readonly Command[] = [
  publish,
  install,
  search,
  list,
  files,
  pathOf,
  cat,
  remove,
  restore,
  purge,
  verify,
  build,
  exportVersion,
  unpublish,
  update,
  upgrade,
  info,
  diff,
  du,
  transfers,
  connections,
  libraries,
  diagnostics,
  serve,
]

/** Runs one command line; answers its exit code. Nothing is left running but what Node closes by itself. */
export async function runCli(args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  const output = createOutput(
    {
      stdout: (text) => process.stdout.write(text),
      written: () => new Promise((resolve) => process.stdout.write('', () => resolve())),
      stderr: (text) => process.stderr.write(text),
      columns: process.stderr.isTTY ? process.stderr.columns : undefined,
    },
    { json, quiet: args.includes('--quiet'), verbose: args.includes('--verbose') },
  )
  const printing = watchPrinting()
  const strays = endOnStrayErrors(output.error)
  try {
    const code = await dispatch(args, output)
    return strays.hasHappened() || (await printing.hasFailed()) ? exitCodeOf('internal') : code
  } catch (error) {
    // What it ends with now only follows from that.
    if (strays.hasHappened()) return exitCodeOf('internal')
    const wire = toWire(error)
    output.error(wire)
    return exitCodeOf(wire.code)
  }
}

/**
 * Whoever reads what is printed may leave (`orbital … | head`): then the work goes on unseen, and the exit code tells of it. Anything else
 * that keeps lines from being written (a full disk behind `>`) is a failure.
 */
function watchPrinting(): { hasFailed(): Promise<boolean> } {
  let failed = false
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      failed ||= errnoOf(error) !== 'EPIPE'
    })
  return {
    hasFailed: () => new Promise((resolve) => process.stdout.write('', () => setImmediate(() => resolve(failed)))),
  }
}

/** By its name or an alias; `usage` when there is none. */
function commandOf(name: string): Command {
  const command = commands.find((each) => each.name === name || each.aliases?.includes(name))
  if (command !== undefined) return command
  const known = commands.flatMap((each) => [each.name, ...(each.aliases ?? [])])
  const meant = closestTo(name, [...known, 'help', 'version'])
  throw usage(`There is no command “${name}”.${didYouMean(meant)} orbital help lists them.`)
}

async function dispatch(args: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === 'version') {
    output.result({ version }, [`orbital ${version}`])
    return 0
  }
  if (name === undefined || name === 'help' || name === '--help') {
    const about = rest[0] === undefined || rest[0].startsWith('--') ? undefined : commandOf(rest[0])
    output.result(
      commands.map(({ name: command, usage: words, summary }) => ({ command, usage: words, summary })),
      about === undefined ? overview() : helpOf(about),
    )
    return 0
  }
  const command = commandOf(name)
  const parsed = parseArguments(rest, optionsOf(command))
  if (parsed.values.has('help')) {
    output.result({ command: command.name, usage: command.usage, summary: command.summary }, helpOf(command))
    return 0
  }
  const extra = command.mostWords === undefined ? undefined : parsed.words[command.mostWords]
  if (extra !== undefined) throw usage(`“${extra}” is too much: orbital ${command.name} ${command.usage}`.trimEnd())
  if (command === serve) return runServe(parsed, output, logLevelOf(parsed.values))
  await runCommand(command, parsed, output)
  return 0
}

const overview = (): string[] => {
  const width = Math.max(...commands.map((each) => each.name.length)) + 2
  return [
    'Orbital publishes, finds, installs and keeps machine-learning models as versioned packages.',
    '',
    'orbital <command> …',
    ...commands.map((each) => `  ${each.name.padEnd(width)}${each.summary}`),
    '',
    'orbital help <command> tells more.',
  ]
}

async function runCommand(command: Command, { words, values }: ParsedArguments, output: Output): Promise<void> {
  const abort = new AbortController()
  const interrupt = () => abort.abort(new AppError('cancelled', {}))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const following = new Map<string, (progress: Progress) => void>()
  const states = new Map<string, Transfer>()
  const cwd = startFolder(process.env, process.cwd())
  const home = homeFolder(process.env, process.platform)
  const disk = createNodeDisk()
  const clock = createSystemClock()
  const log = createLogFile({ disk, clock, home, level: logLevelOf(values) })
  const libraryWord = values.get('library')?.[0]
  const libraryPath = libraryWord === undefined ? undefined : path.resolve(cwd, libraryWord)
  if (command.readsLibrary === true && libraryPath !== undefined && disk.facts(libraryPath) === undefined)
    throw new AppError('path-not-found', { path: libraryPath, kind: 'folder' })
  const engine = await createEngine(
    {
      disk,
      clock,
      log,
      secrets: createSecretFile({ disk, home }),
      onDamaged: (file, keptAs) =>
        output.warn(`${file} is damaged: what can be read of it is in use, and all of it is kept as ${keptAs}.`),
      announcer: {
        change: (change) => {
          if (change.kind !== 'transfer.changed') return
          states.set(change.transfer.id, change.transfer)
          following.get(change.transfer.id)?.(change.transfer.progress)
        },
        sample: (sample) => following.get(sample.transferId)?.(sample.progress),
      },
    },
    {
      home,
      env: process.env,
      platform: process.platform,
      version,
      epoch: randomUUID(),
      userName: userInfo().username,
      role: 'cli',
      ...(libraryPath === undefined ? {} : { libraryPath }),
      samplePath: samplePath(),
    },
  )
  try {
    const given = (values.get('app') ?? []).map(parseApp)
    const apps = given.length > 0 ? given : (await engine.api.settings.get({})).apps
    await command.run({
      api: engine.api,
      output,
      words,
      flag: (name) => values.has(name),
      text: (name) => values.get(name)?.[0],
      texts: (name) => values.get(name) ?? [],
      signal: abort.signal,
      env: process.env,
      cwd,
      interactive: process.stdin.isTTY === true && process.stderr.isTTY === true && !output.json,
      onScreen: process.stdout.isTTY === true,
      apps,
      async printFile(folder, file) {
        refuseLinksTo(disk, folder, file)
        await printFile(path.join(folder, ...file.split('/')), abort.signal)
      },
      makeFolder: (folder) => disk.makeFolder(folder),
      library: async () => defaultLibrary(engine),
      follow: (id) => follow(engine, output, id, abort.signal, { following, states }),
      ask,
      askSecret,
    } satisfies Context)
  } finally {
    await engine.stop()
    log.flush()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

async function defaultLibrary({ api }: Engine) {
  const all = await api.libraries.list({})
  const found = all.find((each) => each.isDefault) ?? all[0]
  if (found === undefined) throw new AppError('library-not-found', { libraryId: '' })
  return found
}

interface Following {
  readonly following: Map<string, (progress: Progress) => void>
  readonly states: Map<string, Transfer>
}

/** Shows a transfer until it ends or stands still. Ctrl-C leaves it paused and says how to go on. */
async function follow(
  { api }: Engine,
  output: Output,
  id: string,
  signal: AbortSignal,
  { following, states }: Following,
): Promise<Transfer> {
  following.set(id, (progress) => {
    const transfer = states.get(id)
    if (transfer !== undefined && !isEnded(transfer.state)) output.progress(transfer, progress)
  })
  try {
    const transfer = await api.transfers.wait({ id }, { signal })
    output.endProgress()
    if (transfer.state.kind === 'done') return transfer
    if (transfer.state.kind === 'failed')
      throw new AppError(transfer.state.error.code, transfer.state.error.details as never)
    if (transfer.state.kind === 'paused' && transfer.state.error !== undefined) {
      output.warn(`It goes on from here with: orbital transfers resume ${id.slice(0, 8)}`)
      throw new AppError(transfer.state.error.code, transfer.state.error.details as never)
    }
    throw new AppError('cancelled', { transferId: id })
  } catch (error) {
    if (toAppError(error).code === 'cancelled')
      output.warn(`Stopped. It goes on with the same command, or: orbital transfers resume ${id.slice(0, 8)}`)
    throw error
  } finally {
    following.delete(id)
  }
}

function logLevelOf(values: ParsedArguments['values']): LogLevel {
  const level = values.get('log-level')?.[0] ?? (values.has('verbose') ? 'debug' : 'info')
  if (level === 'error' || level === 'warn' || level === 'info' || level === 'debug') return level
  throw usage('--log-level takes error, warn, info or debug.')
}

/** What keeps stdout from being written is judged by `watchPrinting`. */
async function printFile(file: string, signal: AbortSignal): Promise<void> {
  const reading = createReadStream(file, { signal })
  let failure: unknown
  reading.once('error', (error) => {
    failure = error
  })
  await pipeline(reading, process.stdout, { end: false }).catch((error: unknown) => {
    if (signal.aborted) throw toAppError(signal.reason)
    if (failure !== undefined && error === failure) throw new AppError('file-unreadable', { path: file }, error)
  })
}

const ask = (question: string): Promise<string> => prompt(question, process.stderr)

/** Asks without showing what is typed. */
async function askSecret(question: string): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    return await prompt('', silent)
  } finally {
    process.stderr.write('\n')
  }
}

/** `cancelled` when there comes no answer: Ctrl-C, or the end of the input. */
async function prompt(question: string, output: NodeJS.WritableStream): Promise<string> {
  const asker = createInterface({ input: process.stdin, output, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      asker.once('close', () => reject(new AppError('cancelled', {})))
      asker.question(question).then((answer) => resolve(answer.trim()), reject)
    })
  } finally {
    asker.close()
  }
}
