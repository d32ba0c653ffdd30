import { createHash } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import { isAppError } from '../../../shared/errors.ts'
import { metaCaps } from '../format/meta-caps.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk } from '../ports.ts'
import type { LibraryPlaces } from './places.ts'

/**
 * What Orbital knows of an installed version beyond its meta.json: `.orbital/versions/<ident>.json`. It holds for one tree only, told by
 * its meta.json's content and time: what somebody else put in the same place since then has no facts but `kept`.
 */
const treeFacts = z.looseObject({
  format: z.literal(1),
  /** Of the meta.json that this is about. */
  metaSha256: z.string(),
  metaModifiedMs: z.number(),
  /** Transfer that installed it. */
  transaction: z.string().optional(),
  installedAt: z.string().optional(),
  verifiedAt: z.string().optional(),
  kept: z.boolean(),
  forApp: z.string().optional(),
  fromConnectionId: z.string().optional(),
  /** The first that the last verification found changed or missing. */
  damagedFiles: z.array(z.string()).optional(),
  /** Of all of them, where they are more. */
  damagedCount: z.number().optional(),
})
export const versionFacts = treeFacts.extend({
  /** Of the tree that was in this place before, kept as long as nothing else of Orbital's is there: a damaged meta.json makes it another tree. */
  earlier: treeFacts.optional(),
})
export type VersionFacts = Readonly<z.infer<typeof versionFacts>>

/** Which meta.json facts are about. */
export interface MetaMark {
  readonly metaSha256: string
  readonly metaModifiedMs: number
}

export const markOf = (metaBytes: Uint8Array, modifiedMs: number): MetaMark => ({
  metaSha256: createHash('sha256').update(metaBytes).digest('hex'),
  metaModifiedMs: Math.floor(modifiedMs),
})

export const factsFileOf = (places: LibraryPlaces, ident: string): string => path.join(places.versions, `${ident}.json`)

/** So many are named: every listing reads and shows them. */
const mostDamaged = 1000

/** With these files as the damaged ones; none: of a whole tree. */
export function withDamage(facts: VersionFacts, paths: readonly string[]): VersionFacts {
  const { damagedFiles: _, damagedCount: __, ...others } = facts
  if (paths.length === 0) return others
  const damagedCount = paths.length > mostDamaged ? { damagedCount: paths.length } : {}
  return { ...others, damagedFiles: paths.slice(0, mostDamaged), ...damagedCount }
}

/** Earlier versions named every damaged file: as many as a meta.json does. */
const maxFactsBytes = metaCaps.maxBytes

/** As written, for whichever tree; undefined when there are none, or none that Orbital wrote. */
export function readFacts(disk: Disk, places: LibraryPlaces, ident: string): VersionFacts | undefined {
  try {
    const bytes = disk.read(factsFileOf(places, ident), { maxBytes: maxFactsBytes })
    return bytes === undefined ? undefined : parseFacts(bytes)
  } catch (error) {
    if (isAppError(error, 'package-too-large')) return undefined
    throw error
  }
}

/** Facts of that very tree; of any other only whether the version is kept, and those that it had earlier. */
export const factsOfTree = (disk: Disk, places: LibraryPlaces, ident: string, mark: MetaMark): VersionFacts =>
  ofTree(readFacts(disk, places, ident), mark)

export function ofTree(facts: VersionFacts | undefined, mark: MetaMark): VersionFacts {
  const isSame = facts?.metaSha256 === mark.metaSha256 && facts.metaModifiedMs === mark.metaModifiedMs
  if (facts !== undefined && isSame) return facts
  const earlier = earlierOf(facts)
  return { format: 1, ...mark, kept: facts?.kept ?? false, ...(earlier === undefined ? {} : { earlier }) }
}

/** The oldest facts that are remembered of a place. */
export const earlierOf = (facts: VersionFacts | undefined): VersionFacts | undefined => facts?.earlier ?? facts

export function writeFacts(disk: Disk, places: LibraryPlaces, ident: string, facts: VersionFacts): void {
  disk.makeFolder(places.versions)
  disk.replace(factsFileOf(places, ident), Buffer.from(JSON.stringify(facts)))
}

function parseFacts(bytes: Uint8Array): VersionFacts | undefined {
  return versionFacts.safeParse(parseJson(bytes)).data
}
