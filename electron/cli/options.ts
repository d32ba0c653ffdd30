import type { OptionSpec } from './command.ts'

/** Options that several commands have, each with one meaning everywhere. */
export const from: OptionSpec = {
  name: 'from',
  value: 'CONNECTION',
  help: 'where from (orbital connections list)',
}
export const pre: OptionSpec = { name: 'pre', help: 'allow prereleases' }
export const ignoreCompatibility: OptionSpec = {
  name: 'ignore-compatibility',
  help: 'go on although it does not say that it works with your apps',
}

/** What a package says of itself, instead of what its folder says. */
export const packageFields: readonly OptionSpec[] = [
  { name: 'name', value: 'NAME', help: 'package name, instead of what package.json or the folder says' },
  { name: 'version', value: 'VERSION', help: 'version' },
  { name: 'description', value: 'TEXT', help: 'one sentence that says what it is' },
  { name: 'notes', value: 'TEXT', help: 'what is new in this version' },
]
