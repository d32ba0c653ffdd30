import type { InstalledVersion } from './installed.ts'

/** Files that the last verification found changed or missing; of very many not all are named. */
export const damagedCountOf = ({
  damagedFiles = [],
  damagedCount = damagedFiles.length,
}: Pick<InstalledVersion, 'damagedFiles' | 'damagedCount'>): number => damagedCount
