/** Words of the frame: what lies around and over the pages. */
export const shellText = {
  pathCopied: 'The path is copied',
  pathCopiedInstead: (path: string): string => `A browser can’t open folders. The path is copied: ${path}`,
  pick: {
    publish: 'Choose a folder to publish',
    open: 'Choose a package file or a folder',
    where: (name: string): string => `Where is “${name}”?`,
    folders: 'Folders of the computer that Orbital runs on.',
    files: 'Package files (.sputnik) of the computer that Orbital runs on.',
    either: 'Folders and package files (.sputnik) of the computer that Orbital runs on.',
    path: 'Path of the folder',
    above: 'Folder above',
    none: 'No folders in here.',
    list: 'Folders',
    goThere: 'Go there',
    choose: 'Choose',
    cancel: 'Cancel',
  },
}
