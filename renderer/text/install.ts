import { isolate, withVersion } from '../../shared/text/isolate.ts'
import { formatDuration, formatList, formatSize, formatSpeed, plural } from './units.ts'

const are = (versions: readonly string[], one: string, many: string): string => (versions.length === 1 ? one : many)

/** Words of the sheet before an install or an update. */
export const installText = {
  installTitle: (title: string, version: string): string => `Install ${withVersion(title, version)}`,
  updateTitle: (title: string, version: string): string => `Update ${isolate(title)} to ${version}`,
  againTitle: (title: string, version: string): string => `Install ${withVersion(title, version)} again`,
  isHere: 'It is installed and verified already.',
  again: 'Every byte is verified before it takes the place of what is installed.',
  replaces: (old: readonly string[], version: string): string =>
    `${formatList(old)} ${are(old, 'stays', 'stay')} until ${version} is verified, then ${are(old, 'goes', 'go')} to the trash.`,
  stays: (old: readonly string[]): string => `${formatList(old)} ${are(old, 'stays', 'stay')} beside it.`,
  notListedYet: (files: number): string =>
    `${plural(files, 'file')}. Not listed as installed until every byte is verified.`,
  keepOld: (old: readonly string[]): string => `Keep ${formatList(old)} as well`,
  install: 'Install',
  update: 'Update',
  installAgain: 'Install again',
  installAnyway: 'Install anyway',
  cancel: 'Cancel',
  close: 'Close',
  tryAgain: 'Try again',
  failed: 'It can’t be installed now',
  barLabel: (download: number, reused: number): string =>
    `${formatSize(download)} to download, ${formatSize(reused)} reused`,
  toDownload: 'To download',
  /** `from`: `<name> <version>`, with the library where it is another one. The package's own name is known from the title. */
  reused: (from: readonly string[], name: string): string => {
    const shown = from.map((each) => (each.startsWith(`${name} `) ? each.slice(name.length + 1) : each))
    return `Reused from ${formatList(shown)}, already here`
  },
  onDisk: 'On disk afterwards',
  about: 'About',
  /** At the speed that installs had lately. */
  aboutTime: (seconds: number, bytesPerSecond: number): string =>
    `${formatDuration(seconds)} at ${formatSpeed(bytesPerSecond)}`,
  library: 'Library',
  free: 'Free space there',
  tooLittle: (bytes: number): string => `${formatSize(Math.max(0, bytes))} too little space`,
  needs: (bytes: number): string =>
    `It needs ${formatSize(bytes)} while it installs. Emptying the trash may be enough.`,
  freeUp: 'Free up space',
  notForApps: 'It does not work with your apps',
  notForAppsWhy: 'It says so itself. Another version may; you can install this one anyway.',
  worksWith: 'Works with your apps',
}
