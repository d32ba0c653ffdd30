/**
 * The newest packages of a list that is kept, beside it (docs/formats/home.md): what a window shows until it has all of a long list.
 *
 *  1. The first 32 bytes are the sha256 of the rest, as with the list.
 *  2. The rest is JSON. `of` are the first 32 bytes of the list that they are of, which tell one list from another: they show nothing of any other.
 */
import type { PackageSummary } from '../../../shared/model/package.ts'
import { parseJson } from '../parse-json.ts'
import { sha256 } from './kept-entries.ts'

export interface KeptNewest {
  /** The last published first. */
  readonly packages: readonly PackageSummary[]
  /** How many packages the list has. */
  readonly total: number
}
interface NewestFile extends KeptNewest {
  readonly orbitalNewest: number
  readonly place: string
  readonly of: string
}
/** Whoever changes what a package is counts it up. */
const newestFormat = 1

/** Which list, of which store. */
export interface OfList {
  readonly place: string
  readonly sum: Uint8Array
}

export function packNewest({ place, sum }: OfList, { packages, total }: KeptNewest): Uint8Array {
  const file: NewestFile = { orbitalNewest: newestFormat, place, of: hexOf(sum), total, packages }
  const text = Buffer.from(JSON.stringify(file))
  return Buffer.concat([sha256(text), text])
}

/** Undefined when it is damaged, of another format, or of another list. */
export function unpackNewest(bytes: Uint8Array, { place, sum }: OfList): KeptNewest | undefined {
  const text = bytes.subarray(32)
  if (!sha256(text).equals(bytes.subarray(0, 32))) return undefined
  const file = parseJson(text) as Partial<NewestFile> | undefined
  if (file?.orbitalNewest !== newestFormat || file.place !== place || file.of !== hexOf(sum)) return undefined
  const { packages = [], total = 0 } = file
  return { packages, total }
}

const hexOf = (sum: Uint8Array): string => Buffer.from(sum).toString('hex')
