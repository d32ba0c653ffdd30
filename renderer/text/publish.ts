import type { PublishPlan } from '../../shared/model/plans.ts'
import { isolate } from '../../shared/text/isolate.ts'
import { formatCount, formatDuration, formatList, formatSeconds, formatSize, plural } from './units.ts'

const fieldNames: Readonly<Record<string, string>> = {
  name: 'the name',
  version: 'the version',
  title: 'the title',
  license: 'the licence',
  description: 'the sentence',
  notes: 'what is new',
  tags: 'the tags',
  compatibility: 'works with',
  include: 'the list of files',
  files: 'the files',
}
const counts = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine']

type Warning = PublishPlan['warnings'][number]

const warningTitles: { readonly [K in Warning['kind']]: (name: string) => string } = {
  secret: (name) => `${isolate(name)} looks like it holds a password`,
  'runs-code': (name) => `${isolate(name)} runs code when it is loaded`,
  symlink: (name) => `${isolate(name)} is a link and is left out`,
  'not-portable': (name) => `${isolate(name)} can’t be stored on every system`,
  'reserved-name': (name) => `${isolate(name)} is a name that packages use themselves`,
  'constraint-unreadable-by-old-tools': () => 'Old tools can’t read “Works with”',
  'constraint-unsatisfiable': () => 'It works with no version of an app',
  'include-matches-little': () => 'Most of the folder is left out',
}

const warningWhy: { readonly [K in Warning['kind']]?: string } = {
  secret: 'Anyone who can install the package could read it.',
  'runs-code': 'People who install it must trust you. The safetensors or JSON formats don’t do this.',
}

export const publishText = {
  title: 'Publish',
  ofFolders: (at: number, of: number): string => `${at} of ${plural(of, 'folder')}`,
  chooseAnother: 'Choose another folder',
  leave: 'Leave without publishing',
  left: (name: string): string => `Left ${isolate(name)} without publishing`,
  queueLabel: 'To publish',
  leaveOne: (name: string): string => `Leave ${isolate(name)} without publishing`,
  elsewhere: {
    title: (count: number): string =>
      `Another Orbital publishes ${count === 1 ? 'a package' : plural(count, 'package')} now`,
    text: 'It is a window or a command. It can be paused or cancelled there.',
    show: 'Show in Transfers',
  },
  empty: {
    title: 'Drop a folder anywhere in this window',
    text: (connection: string): string =>
      `It is read and shown first: its files, what is left out and why, and what will change. Nothing is sent to ${isolate(connection)} before you press Publish.`,
    choose: 'Choose a folder…',
    pickTitle: 'Choose a folder to publish',
    pathLabel: 'Or type its path',
    open: 'Open',
    file: 'Publish or install a .sputnik file…',
    pickFileTitle: 'Choose a package file',
  },
  file: {
    title: (name: string): string => `What shall happen with ${isolate(name)}?`,
    text: 'A .sputnik file is one version of one package.',
    install: 'Install it here',
    installText: 'To a library on this computer. You see what it takes first.',
    publish: (connection: string): string => `Publish it to ${isolate(connection)}`,
    publishText: 'So that everyone there can find and install it.',
  },
  cannot: (name: string): string => `${isolate(name)} can’t be published`,
  reading: 'Reading the folder',
  readingSoFar: (entries: number): string => `Reading the folder: ${plural(entries, 'entry', 'entries')} so far`,
  stopReading: 'Stop reading',
  facts: (files: number, bytes: number, readMs: number | undefined): string =>
    `${plural(files, 'file')}, ${formatSize(bytes)}${readMs === undefined ? '' : `, read in ${formatSeconds(readMs)}`}`,
  show: { label: 'Show', all: 'All files', changes: 'Only changes' },
  noChanges: 'No file differs from the last version.',
  treeLabel: 'Files to publish',
  leftOutLabel: 'Left out',
  leftOutSum: (files: number, bytes: number): string => `${plural(files, 'file')}, ${formatSize(bytes)}.`,
  choose: 'Choose what is left out',
  chooseDone: 'Done',
  putIn: 'Put it in',
  putInLabel: (path: string): string => `Put it in: ${isolate(path)}`,
  cannotPutIn: 'Can’t be published',
  leaveOutLabel: (name: string): string => `Publish ${isolate(name)}`,
  changes: { new: 'New', changed: 'Changed', same: 'Same', unknown: '' },
  marks: { secret: 'Secret', 'runs-code': 'Runs code', 'not-portable': 'Not portable' },
  warning: (warning: Warning): string => warningTitles[warning.kind](nameOf(warning.path)),
  warningGroup: {
    secret: (count: number): string => `${plural(count, 'file')} look like they hold passwords`,
    'runs-code': (count: number): string => `${plural(count, 'file')} run code when they are loaded`,
    'not-portable': (count: number): string => `${plural(count, 'name')} can’t be stored on every system`,
    symlink: (count: number): string => `${plural(count, 'link')} are left out`,
  } as Readonly<Record<string, (count: number) => string>>,
  warningWhy,
  /** Why one warning is given. Of a secret only where it is and what it looks like. */
  why: (warning: Warning): string => {
    const why = warningWhy[warning.kind]
    if (warning.line === undefined || warning.shape === undefined) return why ?? warning.text
    return `Line ${warning.line} has the shape of ${warning.shape}. ${why ?? ''}`
  },
  /** A file among others, with the line where it is known: `config.json, line 3`. */
  placeOf: ({ path, line }: Warning): string =>
    line === undefined ? nameOf(path) : `${isolate(nameOf(path))} (line ${line})`,
  /** `name`: of a file among others. */
  imports: (imports: Warning['imports'], most: number, name?: string): string => {
    if (imports === undefined)
      return name === undefined
        ? 'What it asks for when it is loaded can’t be told.'
        : `What ${isolate(name)} asks for can’t be told.`
    if (imports.names.length === 0)
      return name === undefined
        ? 'It asks for no code by name when it is loaded.'
        : `${isolate(name)} asks for no code by name.`
    const names = imports.names.slice(0, most)
    const more = imports.names.length - names.length + imports.more
    const list = more > 0 ? `${names.map(isolate).join(', ')} and ${more} more` : formatList(names)
    const asks = name === undefined ? 'When it is loaded it asks for' : `${isolate(name)} asks for`
    return `${asks} ${imports.isWhole ? '' : 'at least '}${list}.`
  },
  showImports: 'Show all',
  settle: {
    first: (count: number): string => (count === 1 ? 'One thing first' : `${counts[count] ?? count} things first`),
    toKnow: 'Good to know',
    field: (field: string): string => {
      const name = fieldNames[field] ?? field
      return `${name.charAt(0).toUpperCase()}${name.slice(1)}`
    },
    goThere: 'Go there',
  },
  moreFiles: (names: readonly string[], more: number): string =>
    more > 0 ? `${names.map(isolate).join(', ')} and ${more} more.` : `${formatList(names)}.`,
  leaveItOut: 'Leave it out',
  leaveThemOut: 'Leave them out',
  insideFile: 'A package file is published as it is: make it anew without what is secret.',
  keep: 'Keep',
  understood: 'Understood',
  fields: {
    name: 'Name',
    version: 'Version',
    license: 'Licence',
    description: 'In one sentence',
    notes: 'What is new',
    compatibility: 'Works with',
    tags: 'Tags',
    title: 'Title',
  },
  hints: {
    notes: 'shown to everyone',
    tags: 'commas between them',
    title: 'what people see first',
    name: 'Small letters, digits and _',
  },
  /** Where a field's value is from. A version that comes from another one follows it, or is it. */
  origin: (origin: string | undefined, field?: string, value?: string): string => {
    if (origin === undefined || origin === 'you') return ''
    if (field === 'version' && /^\d/.test(origin) && origin !== value) return `after ${origin}`
    if (/^an? /.test(origin)) return origin
    return /^\d/.test(origin) ? `as in ${origin}` : `from ${origin}`
  },
  use: (fix: string): string => `Use ${fix}`,
  /** Why a version is proposed; empty where nothing is known of the last one. */
  reasonToUse: (previous: PublishPlan['previous']): string => {
    if (previous?.step === 'major') return 'because it works with fewer apps, or fewer versions of them'
    if (previous === undefined || !previous.exact) return ''
    if (previous.newFiles > 0) return 'because files were added'
    return previous.changedFiles > 0 ? 'because files changed' : ''
  },
  app: {
    name: 'App',
    constraint: 'Versions',
    every: 'every version',
    add: 'Add an app',
    remove: (app: string): string => `Remove ${app === '' ? 'this app' : app}`,
    yours: (version: string): string => ` Yours is ${version}.`,
    yoursNot: (version: string): string => ` Yours is ${version}: it won’t be offered there.`,
    none: 'Every app may use it. Name apps here if only some can load it.',
    unreadable: 'Write, for example, >=1.8.0 or >=1.0.0,<2.0.0',
    twice: 'This app is named twice.',
  },
  change: {
    title: (version: string): string => `What will change since ${version}`,
    nothing: (version: string): string => `No file has changed since ${version}`,
    nothingText: 'Once you write what is new, the next version is proposed.',
    first: 'First version',
    firstText: 'Nothing of this name is published here yet.',
    seeFiles: 'See files',
    inexact: 'Still being compared.',
    new: (count: number): string => `${formatCount(count)} new`,
    changed: (count: number): string => `${formatCount(count)} changed`,
    same: (count: number): string => `${formatCount(count)} the same`,
    removed: (count: number): string => `${formatCount(count)} removed:`,
    barLabel: (added: number, changed: number, same: number): string =>
      `${formatSize(added)} new, ${formatSize(changed)} changed, ${formatSize(same)} the same`,
  },
  bar: {
    to: 'To',
    /** `mostSentBytes`: where the store copies what it has of the last version. */
    send: (totalBytes: number, mostSentBytes: number = totalBytes): string =>
      mostSentBytes < totalBytes
        ? `Up to ${formatSize(mostSentBytes)} of ${formatSize(totalBytes)} to send, if the store copies the rest`
        : `Up to ${formatSize(totalBytes)} to send`,
    /** At the speed that publishes had lately. */
    about: (seconds: number): string => `, about ${formatDuration(seconds)}`,
    saving: 'Writing the file',
    savingSoFar: (doneBytes: number, totalBytes: number): string =>
      `${formatSize(doneBytes)} of ${formatSize(totalBytes)} read`,
    stopSaving: 'Stop',
    saveAsFile: 'Save as file…',
    saveTitle: 'Save the package as a file',
    saved: (path: string): string => `Saved as ${isolate(path)}`,
    publish: 'Publish',
    readingYet: 'The folder is still being read',
    first: (things: readonly string[]): string => {
      const words = things.map((thing) => fieldNames[thing] ?? nameOf(thing))
      const count = counts[words.length] ?? String(words.length)
      const shown =
        words.length > 3 ? `${words.slice(0, 2).join(', ')} and ${words.length - 2} more` : formatList(words)
      return `${count} ${words.length === 1 ? 'thing' : 'things'} first: ${shown}`
    },
  },
  progress: {
    stages: { read: 'Read', send: 'Send', confirm: 'Confirm' },
    confirmed: (bytes: number): string => `Confirmed ${formatSize(bytes)}`,
    sent: (bytes: number): string => `Sent ${formatSize(bytes)}`,
    of: (bytes: number): string => `of ${formatSize(bytes)}`,
    hidden: (version: string): string =>
      `Nobody sees ${version} until the last step. You can leave this page meanwhile. If Orbital ends, it waits in Transfers, and goes on from where it was.`,
    published: (name: string): string => `${isolate(name)} is published`,
    alreadyThere: (name: string): string => `${isolate(name)} was there already, with the same content`,
    /** `isPractice`: the store that nobody else sees. */
    everyone: (connection: string, isPractice: boolean, bytes: number, at: string): string =>
      `${isPractice ? `You can install it from ${isolate(connection)} now` : `Everyone on ${isolate(connection)} can install it now`}. ${formatSize(bytes)}, confirmed by the store at ${at}.`,
    unprotected: 'This store can’t stop two people from publishing the same version. Orbital checked that nobody did.',
    link: 'Link',
    copyLink: 'Copy the link',
    command: 'Command',
    copyCommand: 'Copy the command',
    installHere: 'Install here',
    show: 'Show the package',
    queued: (bytes: number, after: string | undefined): string =>
      `Queued. ${formatSize(bytes)} to send${after === undefined ? ' next' : ` after ${after}`}.`,
    sendFirst: 'Send first',
    remove: 'Remove from the queue',
    dropMore: 'Drop more folders anywhere to add them, or',
    chooseOne: 'choose one…',
    folders: (count: number): string => plural(count, 'package'),
    done: 'Done here',
  },
}

export const nameOf = (path: string | undefined): string =>
  path === undefined ? 'A file' : (path.split(/[\\/]/).filter(Boolean).at(-1) ?? path)
