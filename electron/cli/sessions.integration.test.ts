import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'

/**
 * Sessions of the command line, as `sessions/*.txt`: what is typed and what is printed.
 *   $ orbital …            run in a folder and a home of the session's own; words are split at spaces, "…" keeps them together
 *   $ NAME=value orbital … with that in the environment
 *   $ write F TEXT (`\\n` is a new line), folder F, link F TARGET, mode F OCTAL, cut F BYTES   prepare files
 *   2> text                a line on stderr; other lines are stdout
 *   ? 3                    the exit code, when it isn't 0
 * `[..]` stands for anything in a line; a line `[...]` for any lines. `$HERE` in words is the session's folder.
 */
const main = path.resolve(import.meta.dirname, 'main.ts')

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

async function runOrbital(args: readonly string[], cwd: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
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
    case 'cut':
      return truncate(target, Number(rest[0]))
    default:
      throw new Error(`no verb ${verb}`)
  }
}

const sessions = globSync('sessions/*.txt', { cwd: import.meta.dirname }).sort()

test.each(sessions)('%s', async (file) => {
  await using folder = await createTempFolder()
  const here = path.join(folder.path, 'here')
  await mkdir(here)
  const base = {
    PATH: process.env.PATH ?? '',
    HOME: folder.path,
    ORBITAL_HOME: path.join(folder.path, 'home'),
    ORBITAL_PUBLISHER: 'Ana',
  }
  for (const step of parseSession(readFileSync(path.join(import.meta.dirname, file), 'utf8'))) {
    const words = step.words.map((word) => word.replaceAll('$HERE', here).replaceAll('$TOP', folder.path))
    const commandAt = words.findIndex((word) => !/^[A-Z_0-9]+=/.test(word))
    const env = Object.fromEntries(words.slice(0, commandAt).map((word) => word.split(/=(.*)/s).slice(0, 2)))
    const [command, ...args] = words.slice(commandAt)
    if (command !== 'orbital') {
      await prepare(words, here)
      continue
    }
    const seen = await runOrbital(args, here, { ...base, ...env })
    const shown = (text: string) => text.replaceAll(here, '$HERE').replaceAll(folder.path, '$TOP')
    const at = `${file}:${step.line}: ${step.words.join(' ')}`
    expect({ at, exitCode: seen.exitCode, stderr: seen.exitCode === step.exitCode ? '' : seen.stderr }).toEqual({
      at,
      exitCode: step.exitCode,
      stderr: '',
    })
    expect(shown(seen.stdout), at).toMatch(patternOf(step.stdout))
    if (step.stderr.length > 0) expect(shown(seen.stderr), at).toMatch(patternOf(step.stderr))
  }
})
