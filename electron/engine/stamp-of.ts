import type { Disk } from './ports.ts'

/** Of whatever stands at a path now; changes with it, as a folder's does with the names in it. */
export const stampOf = (disk: Disk, target: string): string => {
  const facts = disk.facts(target)
  return `${facts?.inode} ${facts?.sizeBytes} ${facts?.modifiedMs}`
}
