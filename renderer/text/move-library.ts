import { isolate } from '../../shared/text/isolate.ts'
import { formatSize, plural } from './units.ts'

export const moveLibraryText = {
  action: 'Move to another folder…',
  title: (name: string): string => `Move ${isolate(name)}`,
  folder: 'New folder',
  folderHelp: 'An empty folder, or one that is not there yet.',
  choose: 'Choose…',
  pickTitle: 'Choose an empty folder for the library',
  missing: 'Choose the new folder',
  measuring: 'Looking how much is in it, and whether it fits there',
  inIt: 'In the library',
  contents: (bytes: number, files: number): string => `${formatSize(bytes)}, ${plural(files, 'file')}`,
  freeThere: 'Free on the other disk',
  sameDisk: 'It stays on the same disk, so nothing is copied: it takes moments.',
  copies:
    'Everything is copied and read back first. The library is used where it is until then, and nothing in it can be changed; the old folder is deleted last.',
  tooLittle: (missingBytes: number): string => `${formatSize(missingBytes)} too little space there`,
  tooLittleWhy: 'Choose a folder on another disk, or remove packages first.',
  programs: (from: string): string => `Programs that load packages from ${isolate(from)} need the new folder.`,
  button: 'Move library',
  moving: (name: string, to: string | undefined): string =>
    to === undefined
      ? `${isolate(name)} is on its way to another folder`
      : `${isolate(name)} is on its way to ${isolate(to)}`,
  movingWhy: 'What is installed can be used. Nothing in the library can be changed until it is there.',
  show: 'Show the transfer',
}
