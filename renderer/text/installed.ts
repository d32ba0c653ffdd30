import type { App } from '../../shared/model/app.ts'
import { isolate, withVersion } from '../../shared/text/isolate.ts'
import type { PageAction, PageRequest } from '../state/page-request.ts'
import { formatCount, formatList, formatSize, formatWhen, plural } from './units.ts'

/** `today`, `yesterday`, `3 days ago`, `12 Nov`: a day is enough where a column is narrow. */
export function formatDay(at: string, now: number = Date.now()): string {
  const when = formatWhen(at, now)
  return /^Just now$|minute|hour/.test(when) ? 'today' : when.charAt(0).toLowerCase() + when.slice(1)
}

/** Not all that is told of was read now. */
const readEarlier = (files: number): string =>
  files === 1
    ? '1 file of that was read before it was interrupted, and looks the same'
    : `${formatCount(files)} files of that were read before it was interrupted, and look the same`
const alsoEarlier = (files: number): string => (files === 0 ? '' : `. ${readEarlier(files)}`)

/** So many are named one by one. */
const mostNamed = 5
const formatFirst = (names: readonly string[]): string =>
  names.length <= mostNamed
    ? formatList(names)
    : `${names.slice(0, mostNamed).map(isolate).join(', ')} and ${formatCount(names.length - mostNamed)} more`

const notDone: { readonly [A in PageAction]: string } = {
  'verify-all': 'Nothing was verified',
  'update-all': 'Nothing was updated',
  'free-up': 'Nothing was freed',
}

export const installedText = {
  title: 'Installed',
  library: 'Library',
  unreadable: {
    title: (names: readonly string[]): string =>
      names.length === 1
        ? `${isolate(names[0] ?? '')} is here, but its description was damaged`
        : `${formatFirst(names)} are here, but their descriptions were damaged`,
    text: (count: number): string =>
      count === 1
        ? 'It is not listed, and no program should load it. Repair fetches the description again, and compares every file with it.'
        : 'They are not listed, and no program should load them. Repair fetches the descriptions again, and compares every file with them.',
    repair: 'Repair',
    repaired: (names: readonly string[]): string => `${formatFirst(names)} can be used again`,
  },
  addLibrary: 'Add a library…',
  verifyAll: 'Verify all',
  verifyingAll: (left: number): string => `Verifying, ${formatCount(left)} to go`,
  removing: (left: number): string => `Moving to the trash, ${formatCount(left)} to go`,
  restoring: (left: number): string => `Restoring, ${formatCount(left)} to go`,
  keeping: (left: number): string => `${plural(left, 'version')} to go`,
  updateAll: (count: number): string => `Update ${plural(count, 'package')}`,
  used: (free: number, total: number): string => `used by Orbital, ${formatSize(free)} free of ${formatSize(total)}`,
  measuring: 'Measuring the disk',
  legend: { 'in-use': 'In use', older: 'Older version', cache: 'Cache', unfinished: 'Unfinished', trash: 'Trash' },
  nothingToUpdate: (connection: string): string => `${isolate(connection)} has nothing newer that works here`,
  /** What was asked for from elsewhere, and why it isn't done. */
  refused: (request: PageRequest, why: string): string =>
    `${typeof request === 'object' ? 'Nothing is shown' : notDone[request]}. ${why}`,
  leftBefore: 'You left before the library and the store were read.',
  tiles: {
    cache: 'Cache',
    unfinished: 'Unfinished',
    trash: 'Trash',
    smaller: (count: number, isOlder: boolean): string =>
      plural(count, isOlder ? 'smaller older version' : 'smaller version'),
  },
  mapLabel: 'Disk usage by package and version',
  listLabel: 'Installed packages',
  columns: {
    package: 'Package',
    versions: 'Versions',
    disk: 'On disk',
    app: 'Installed, for app',
    verified: 'Verified',
  },
  andVersions: (older: readonly string[]): string =>
    older.length <= 1 ? older.map((version) => `and ${version}`).join('') : `and ${older.length} older`,
  barLabel: (bytes: number, olderBytes: number): string =>
    `${formatSize(bytes)}${olderBytes > 0 ? `, of which ${formatSize(olderBytes)} in older versions` : ''}`,
  update: (version: string): string => `Update ${version}`,
  kept: 'Kept',
  noApp: '–',
  notVerified: 'Not verified',
  notVerifiedWhy: 'Another tool installed it. Verify it to know that every byte is as published.',
  busy: { waiting: 'Waiting', verifying: 'Verifying', repairing: 'Repairing', saving: 'Saving as a file' },
  stop: 'Stop',
  differs: 'Differs from the store',
  differsWhy: (version: string, connection: string | undefined): string =>
    `Other files are published as ${version}${connection === undefined ? '' : ` in ${isolate(connection)}`} by now. What is installed stays as it is until you install it again.`,
  installAgain: 'Install again…',
  findings: {
    earlier: (files: number): string => `${readEarlier(files)}.`,
    title: (wrong: number, extra: number): string =>
      wrong > 0
        ? `${plural(wrong, 'file')} ${wrong === 1 ? 'is' : 'are'} not as published`
        : `${plural(extra, 'file')} ${extra === 1 ? 'is' : 'are'} no part of the package`,
    altered: 'Altered',
    missing: 'Missing',
    alteredOrMissing: 'Altered or missing',
    extra: 'Not of the package',
    more: (count: number): string => `and ${formatCount(count)} more`,
    promise: (isHarmless: boolean): string =>
      isHarmless
        ? 'All files of the package are as published. What is not of it would go to the trash.'
        : 'Repair fetches only what is wrong. What is not of the package goes to the trash.',
    repair: 'Repair',
    takeOut: 'Take it out',
  },
  damaged: (count: number): string => `${formatCount(count)} damaged`,
  damagedWhy: (count: number): string => `${plural(count, 'file')} changed or missing. Repair fetches them again.`,
  changed: (count: number): string => `${formatCount(count)} changed`,
  changedWhy: (count: number): string =>
    `${plural(count, 'file')} gone, of another size, or written since the last verification. Verify tells what is not as published.`,
  changedTitle: (count: number): string =>
    count === 1 ? '1 file was changed on the disk' : `${plural(count, 'file')} were changed on the disk`,
  more: (title: string): string => `More for ${isolate(title)}`,
  actions: {
    details: 'Show versions',
    openFolder: 'Open folder',
    copyPath: 'Copy path',
    verify: 'Verify',
    keep: 'Keep',
    unkeep: 'Don’t keep any more',
    updateTo: (version: string): string => `Update to ${version}…`,
    repair: 'Repair',
    saveAsFile: 'Save as file…',
    remove: (bytes: number): string => `Remove, frees ${formatSize(bytes)} when the trash is emptied`,
    removeSome: 'Remove…',
    restore: 'Restore',
  },
  moved: (name: string, bytes: number): string =>
    `${isolate(name)} moved to the trash. Emptying it frees ${formatSize(bytes)}`,
  movedSome: (count: number, bytes: number): string =>
    `${plural(count, 'version')} moved to the trash. Emptying it frees ${formatSize(bytes)}`,
  restored: (name: string): string => `${isolate(name)} is back`,
  verified: (name: string, files: number, earlierFiles = 0): string =>
    `${isolate(name)}: ${plural(files, 'file')} verified, all as published${alsoEarlier(earlierFiles)}`,
  repaired: (name: string, files: number, fetchedBytes: number, takenOut: number): string => {
    const parts = [
      files > 0 ? `${plural(files, 'file')} made anew, ${formatSize(fetchedBytes)} fetched` : '',
      takenOut > 0 ? `${plural(takenOut, 'thing')} taken out` : '',
    ].filter(Boolean)
    return `${isolate(name)} is as published again: ${formatList(parts)}`
  },
  verifiedAll: (count: number, earlierFiles = 0): string =>
    `${plural(count, 'version')} verified, all as published${alsoEarlier(earlierFiles)}`,
  /** At the end of a verify of everything, of which something isn't right. */
  verifiedSome: (count: number, wrong: number): string =>
    `${plural(count, 'version')} verified. ${count === 1 ? 'It has' : `${formatCount(wrong)} of them ${wrong === 1 ? 'has' : 'have'}`} files that are altered, missing or not of the package`,
  showFiles: 'Show which',
  showFirst: 'Show the first',
  found: (name: string, damaged: number, missing: number, extra: number): string => {
    const parts = [
      damaged > 0 ? `${plural(damaged, 'file')} altered` : '',
      missing > 0 ? `${plural(missing, 'file')} missing` : '',
      extra > 0 ? `${plural(extra, 'file')} not of the package` : '',
    ].filter(Boolean)
    return `${isolate(name)}: ${formatList(parts)}`
  },
  emptyTitle: 'Nothing is installed here',
  emptyText:
    'Find a package in Browse and install it with one click. Its folder, its size and its versions are then listed here.',
  emptyAction: 'Browse packages',
  unavailable: (path: string): string => `The folder of this library can’t be read now: ${isolate(path)}`,
  unavailableWhy: 'Connect the drive or the network folder, then try again. Nothing in it was changed.',
  tryAgain: 'Try again',
  count: (packages: number, versions: number): string =>
    packages === versions
      ? plural(packages, 'package')
      : `${plural(packages, 'package')}, ${plural(versions, 'version')}`,
  /** Several rows, chosen together. */
  chosen: (packages: number, bytes: number): string => `${plural(packages, 'package')}, ${formatSize(bytes)}`,
  chosenMore: (count: number): string => `and ${formatCount(count)} more`,
  hints: { open: 'open folder', verify: 'verify', remove: 'remove', keep: 'keep' },
  installSheet: {
    title: (count: number): string => `Install ${plural(count, 'package')}`,
    subtitle: 'One after the other. Each is listed once every byte of it is verified.',
    button: (count: number): string => `Install ${plural(count, 'package')}`,
    ask: (count: number): string => `Install ${formatCount(count)}…`,
  },
  installOrUpdateSheet: {
    title: (count: number): string => `Install or update ${plural(count, 'package')}`,
    subtitle: 'One after the other. An old version stays until the new one is verified, then goes to the trash.',
    button: (count: number): string => `Install or update ${plural(count, 'package')}`,
    ask: (count: number): string => `Install or update ${formatCount(count)}…`,
  },
  updateSheet: {
    title: (count: number): string => `Update ${plural(count, 'package')}`,
    subtitle: 'One after the other. Each old version stays until the new one is verified, then goes to the trash.',
    button: (count: number): string => `Update ${plural(count, 'package')}`,
    ask: (count: number): string => `Update ${formatCount(count)}…`,
    reused: 'Reused from what is installed',
    listLabel: 'Updates',
    looked: (known: number, of: number): string => `Looked at ${formatCount(known)} of ${plural(of, 'package')}`,
    versions: (from: readonly string[], to: string): string => (from.length === 0 ? to : `${formatList(from)} → ${to}`),
    tooLittleWhy: 'Free up space, or update some of them one by one.',
  },
  removeSheet: {
    title: (title: string): string => `Remove ${isolate(title)}`,
    titleOfSeveral: (count: number): string => `Remove ${plural(count, 'package')}`,
    /** What is kept isn't ticked. */
    keptStay: (count: number): string =>
      count === 1
        ? 'The kept version stays unless you tick it.'
        : `${plural(count, 'kept version')} stay unless you tick them.`,
    text: 'What you tick goes to the trash and can be restored for 30 days.',
    button: (count: number): string => (count === 0 ? 'Remove' : `Remove ${plural(count, 'version')}`),
    frees: 'Frees, when the trash is emptied',
    newest: 'newest',
    keep: 'Keep all',
    listLabel: 'Versions',
    all: (ticked: number, of: number): string =>
      ticked === of ? `All ${plural(of, 'version')}` : `${formatCount(ticked)} of ${plural(of, 'version')}`,
  },
  details: {
    back: 'Back to Free up space',
    installed: 'Installed',
    forApp: 'For app',
    verified: 'Verified',
    onDisk: 'On disk',
    files: 'Files',
    folder: 'Folder',
    from: 'From',
  },
  freeUp: {
    title: 'Free up space',
    button: 'Free up space…',
    promise: 'Nothing goes before you press the button.',
    nothing:
      'There is nothing to free up here now: no older version that may go, no cache, no unfinished transfers, and the trash is empty. To make room, remove packages, or move the library to another disk in Settings.',
    names: { older: 'Older versions', cache: 'Cache', unfinished: 'Unfinished transfers', trash: 'Trash' },
    older: (count: number, kept: readonly string[], needed: readonly { title: string; app: App }[]): string =>
      [
        `${plural(count, 'version')} with a newer one here.`,
        kept.length > 0 ? `${formatFirst(kept)} ${kept.length === 1 ? 'is' : 'are'} kept.` : '',
        ...needed
          .slice(0, mostNamed)
          .map(({ title, app }) => `${withVersion(app.name, app.version)} needs the older ${isolate(title)}.`),
        needed.length > mostNamed ? `${formatCount(needed.length - mostNamed)} more are needed by your apps.` : '',
      ]
        .filter(Boolean)
        .join(' '),
    cache: 'Archives that other tools left of packages already installed.',
    unfinished: 'What stopped transfers left. They start again from the beginning.',
    trash: (count: number, daysLeft: number): string =>
      `${plural(count, 'version')}. The oldest goes by itself ${daysLeft <= 0 ? 'today' : `in ${plural(daysLeft, 'day')}`}.`,
    freeNow: 'Free now',
    freeAfter: 'Free afterwards',
    freeWhenEmptied: 'When the trash is emptied',
    cleanUp: (bytes: number): string => `Clean up ${formatSize(bytes)}`,
    cleaning: 'Cleaning up',
    explain: {
      older: 'Older versions go to the trash, where they can be restored for 30 days.',
      'at-once': 'Cache and unfinished transfers go at once.',
      trash: 'What is in the trash now goes for good.',
    },
    done: (bytes: number): string => `Cleaned up ${formatSize(bytes)}`,
    /** It was stopped, or failed on its way. */
    inPart: (count: number): string => `${plural(count, 'older version')} went to the trash, the rest stayed`,
  },
  trash: {
    title: 'In the trash',
    removed: (when: string): string => `Removed ${when}`,
    more: (count: number): string => `and ${formatCount(count)} more`,
  },
}
