import type { Disk, FileFacts } from './ports.ts'

/** Of whatever stands at a path now; changes with it, as a folder's does with the names in it. */
export const stampOf = (disk: Disk, target: string): string => stampOfFacts(disk.facts(target))

export const stampOfFacts = (facts: FileFacts | undefined): string =>
  `${facts?.inode} ${facts?.sizeBytes} ${facts?.modifiedMs}`
