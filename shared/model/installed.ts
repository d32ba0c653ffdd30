import * as z from 'zod'
import { compatibilityMap, packageRef } from './package.ts'

export const installedVersion = z.strictObject({
  ref: packageRef,
  libraryId: z.string(),
  title: z.string(),
  description: z.string(),
  /** Absolute folder of this version. */
  path: z.string(),
  /** Sum of the files' sizes. */
  diskBytes: z.number(),
  fileCount: z.number(),
  installedAt: z.string().optional(),
  /** ISO time of the last full verification; absent: not verified (an old tool installed it). */
  verifiedAt: z.string().optional(),
  /** Kept on upgrade and by clean-ups. */
  kept: z.boolean(),
  /** For which app it was installed, if one was named. */
  forApp: z.string().optional(),
  fromConnectionId: z.string().optional(),
  compatibility: compatibilityMap.optional(),
  /** Files found changed or missing by the last verification; of very many the first ones. */
  damagedFiles: z.array(z.string()).optional(),
  /** How many they are, where they are not all named. */
  damagedCount: z.number().optional(),
})
export type InstalledVersion = Readonly<z.infer<typeof installedVersion>>

export const trashEntry = z.strictObject({
  id: z.string(),
  libraryId: z.string(),
  ref: packageRef,
  title: z.string(),
  removedAt: z.string(),
  expiresAt: z.string(),
  diskBytes: z.number(),
  /** Not the version but what a repair found in its folder that was no part of it, by path; restoring puts it back there. */
  extras: z.array(z.string()).optional(),
})
export type TrashEntry = Readonly<z.infer<typeof trashEntry>>

/** Where the bytes of a library are. What removing something frees is allocated bytes (blocks), not sums of sizes. */
export const diskUsage = z.strictObject({
  libraryId: z.string(),
  volume: z.strictObject({ totalBytes: z.number(), freeBytes: z.number() }),
  packages: z.array(
    z.strictObject({
      ref: packageRef,
      title: z.string(),
      /** Allocated bytes that removing it frees (when the trash is emptied). */
      freedBytes: z.number(),
      /** A newer version of it is installed. */
      older: z.boolean(),
      kept: z.boolean(),
      /**
       * Files that are gone, of another size, or were written since they were verified, at most 1000 of them; absent where there are none. Nothing was
       * read to know it: a verification tells what really differs.
       */
      changedFiles: z.array(z.string()).optional(),
    }),
  ),
  cacheBytes: z.number(),
  unfinishedBytes: z.number(),
  trashBytes: z.number(),
  /** Journal, leases and the like. */
  ownBytes: z.number(),
})
export type DiskUsage = Readonly<z.infer<typeof diskUsage>>
