import { spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { keepWasmCode } from './keep-wasm-code.ts'

/**
 * Sessions of the command line, as `electron/cli/sessions/**.txt`: what is typed and what is printed.
 *   $ orbital …            run in a folder and a home of the session's own; words are split at spaces, "…" keeps them together
 *   $ NAME=value orbital … with that in the environment
 *   $ write F TEXT (`\\n` is a new line), folder F, link F TARGET, mode F OCTAL, cut F BYTES, fill F LINES, copy F TO, move F TO   prepare files
 *   $ <verb> …             what the test brings besides: programs whose answer is written down like that of orbital
 *   2> text                a line on stderr; other lines are stdout
 *   ? 3                    the exit code, when it isn't 0
 * `[..]` stands for anything in a line; a line `[...]` for any lines. `$HERE` in words is the session's folder, `$TOP` the one above.
 */
export interface Session {
  /** For messages. */
  readonly name: string
  readonly text: string
  /** The command line's entry: source or built. */
  readonly main: string
  /** Empty; `here` and `home` are made in it. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  /** More programs by their name. */
  readonly verbs?: Readonly<Record<string, (args: readonly string[], here: string) => Promise<Answer>>>
}
export interface Answer {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

interface Step {
  readonly line: number
  readonly words: readonly string[]
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly exitCode: number
}

function parseSession(text: string): Step[] {
  const steps: { line: number; words: string[]; stdout: string[]; stderr: string[]; exitCode: number }[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const step = steps.at(-1)
    if (line.startsWith('#') || (line === '' && step === undefined)) continue
    if (line.startsWith('$ ')) {
      const words = [...line.slice(2).matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '')
      steps.push({ line: index + 1, words, stdout: [], stderr: [], exitCode: 0 })
    } else if (step === undefined) throw new Error(`line ${index + 1}: before the first command`)
    else if (line.startsWith('? ')) step.exitCode = Number(line.slice(2))
    else if (line.startsWith('2> ')) step.stderr.push(line.slice(3))
    else step.stdout.push(line)
  }
  for (const { stdout } of steps) while (stdout.at(-1) === '') stdout.pop()
  return steps
}

const patternOf = (lines: readonly string[]): RegExp => {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const line = (text: string) => (text === '[...]' ? '(?:.*\\n)*?' : `${text.split('[..]').map(literal).join('.*')}\\n`)
  return new RegExp(`^${lines.map(line).join('')}$`)
}

async function runOrbital(
  main: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<Answer> {
  const child = spawn(process.execPath, [keepWasmCode, main, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk))
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { stdout, stderr, exitCode }
}

async function prepare([verb, file = '', ...rest]: readonly string[], here: string): Promise<void> {
  const target = path.resolve(here, file)
  switch (verb) {
    case 'write':
      await mkdir(path.dirname(target), { recursive: true })
      return writeFile(target, `${rest.join(' ').replaceAll("'", '"').replaceAll('\\n', '\n')}\n`)
    case 'folder':
      await mkdir(target, { recursive: true })
      return
    case 'link':
      return symlink(rest[0] ?? '', target)
    case 'mode':
      return chmod(target, Number.parseInt(rest[0] ?? '', 8))
    case 'copy':
      await mkdir(path.dirname(path.resolve(here, rest[0] ?? '')), { recursive: true })
      return copyFile(target, path.resolve(here, rest[0] ?? ''))
    case 'move':
      await mkdir(path.dirname(path.resolve(here, rest[0] ?? '')), { recursive: true })
      return rename(target, path.resolve(here, rest[0] ?? ''))
    case 'cut':
      return truncate(target, Number(rest[0]))
    case 'fill':
      await mkdir(path.dirname(target), { recursive: true })
      return writeFile(target, 'a line\n'.repeat(Number(rest[0])))
    default:
      throw new Error(`no verb ${verb}`)
  }
}

/** Runs a session step by step; the first answer that is not as written down fails it. */
export async function runSession({ name, text, main, folder, env = {}, verbs = {} }: Session): Promise<void> {
  const here = path.join(folder, 'here')
  await mkdir(here, { recursive: true })
  const base = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    ORBITAL_HOME: path.join(folder, 'home'),
    ORBITAL_PUBLISHER: 'Ana',
    ...env,
  }
  for (const step of parseSession(text)) {
    const words = step.words.map((word) => word.replaceAll('$HERE', here).replaceAll('$TOP', folder))
    const commandAt = words.findIndex((word) => !/^[A-Z_0-9]+=/.test(word))
    const own = Object.fromEntries(words.slice(0, commandAt).map((word) => word.split(/=(.*)/s).slice(0, 2)))
    const [command = '', ...args] = words.slice(commandAt)
    const verb = verbs[command]
    if (command !== 'orbital' && verb === undefined) {
      await prepare(words, here)
      continue
    }
    const seen = verb === undefined ? await runOrbital(main, args, here, { ...base, ...own }) : await verb(args, here)
    const shown = (said: string) => said.replaceAll(here, '$HERE').replaceAll(folder, '$TOP')
    const at = `${name}:${step.line}: ${step.words.join(' ')}`
    expect({ at, exitCode: seen.exitCode, stderr: seen.exitCode === step.exitCode ? '' : seen.stderr }).toEqual({
      at,
      exitCode: step.exitCode,
      stderr: '',
    })
    expect(shown(seen.stdout), at).toMatch(patternOf(step.stdout))
    if (step.stderr.length > 0) expect(shown(seen.stderr), at).toMatch(patternOf(step.stderr))
  }
}
