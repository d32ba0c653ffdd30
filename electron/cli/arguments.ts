import { AppError } from '../../shared/errors.ts'
import type { App } from '../../shared/model/app.ts'
import { closestTo } from '../../shared/model/closest.ts'
import type { Command, OptionSpec } from './command.ts'

/** Options of every command. */
export const globalOptions: readonly OptionSpec[] = [
  { name: 'json', help: 'print JSON: one document, or one object a line where there is progress' },
  { name: 'library', value: 'DIR', help: 'work on this library folder instead of the default one' },
  {
    name: 'app',
    value: 'NAME@VERSION',
    repeats: true,
    help: 'check compatibility with this program (can be given several times)',
  },
  { name: 'quiet', help: 'print errors only, no progress; with --json the result, too' },
  { name: 'verbose', help: 'print the details of errors, log more' },
  { name: 'log-level', value: 'LEVEL', help: 'error, warn, info or debug, for the log file' },
  { name: 'help', help: 'print the help of a command' },
]

/** Its own, then those of every command. */
export const optionsOf = ({ options = [], takesNo = [] }: Command): readonly OptionSpec[] => [
  ...options,
  ...globalOptions.filter(({ name }) => !takesNo.includes(name)),
]

export interface ParsedArguments {
  readonly words: readonly string[]
  readonly values: ReadonlyMap<string, readonly string[]>
}

/**
 * Splits a command line into words and options. `--name value` and `--name=value`; after `--` everything is a word. `-h` is `--help`.
 * Unknown options, missing and unwanted values are `usage` errors that name them.
 */
export function parseArguments(args: readonly string[], options: readonly OptionSpec[]): ParsedArguments {
  const words: string[] = []
  const values = new Map<string, string[]>()
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (arg === '--') {
      words.push(...args.slice(at + 1))
      break
    }
    if (arg === '-h') {
      values.set('help', ['true'])
      continue
    }
    if (!arg.startsWith('--')) {
      if (arg.startsWith('-') && arg.length > 1) throw usage(`There is no option ${arg}.`)
      words.push(arg)
      continue
    }
    const equals = arg.indexOf('=')
    const name = arg.slice(2, equals < 0 ? undefined : equals)
    const option = options.find((each) => each.name === name)
    if (option === undefined) {
      const known = options.map((each) => each.name)
      throw usage(`There is no option --${name} here.${didYouMean(closestTo(name, known), '--')}`)
    }
    if (option.value === undefined) {
      if (equals >= 0) throw usage(`--${name} takes no value.`)
      values.set(name, ['true'])
      continue
    }
    const value = equals < 0 ? args[++at] : arg.slice(equals + 1)
    if (value === undefined) throw usage(`--${name} needs a value: --${name} ${option.value}`)
    if (values.has(name) && option.repeats !== true) throw usage(`--${name} can be given once.`)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return { words, values }
}

export function parseApp(text: string): App {
  const at = text.lastIndexOf('@')
  if (at < 1 || at === text.length - 1) throw usage(`--app takes NAME@VERSION, as in my_library@1.0.0, not “${text}”.`)
  return { name: text.slice(0, at), version: text.slice(at + 1) }
}

/** One line, where what was meant is known. */
export const didYouMean = (meant: string | undefined, before = ''): string =>
  meant === undefined ? '' : ` Did you mean ${before}${meant}?`

/** `usage` for the first word of a command that is none of those that it takes. */
export function unknownVerb({ name, usage: words }: Command, verb: string): AppError {
  const verbs = words.split(' | ').map((each) => each.replace(/ .*/, ''))
  const meant = closestTo(verb, verbs)
  const rest = meant === undefined ? ` It takes: ${words}` : didYouMean(meant, `orbital ${name} `)
  return usage(`There is no “${verb}” in orbital ${name}.${rest}`)
}

export const usage = (problem: string): AppError => new AppError('usage', { problem })

export function helpOf(command: Command): string[] {
  const options = optionsOf(command)
  const left = options.map((option) => `  --${option.name}${option.value === undefined ? '' : ` ${option.value}`}`)
  const width = Math.max(...left.map((text) => text.length)) + 2
  return [
    `orbital ${command.name} ${command.usage}`.trimEnd(),
    '',
    command.summary,
    '',
    'Options:',
    ...options.map((option, at) => `${(left[at] ?? '').padEnd(width)}${option.help}`),
  ]
}
