import path from 'node:path'
import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import { compareVersions } from '../../../shared/model/constraint.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import type { FileEntry, Manifest, PackageRef } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { ingestInstalledMeta } from '../format/ingest-meta.ts'
import { metaCaps } from '../format/meta-caps.ts'
import type { Disk, FileFacts, Log } from '../ports.ts'
import type { LibraryPlaces } from './places.ts'
import { factsFileOf, type MetaMark, markOf, ofTree, readFacts, type VersionFacts } from './version-facts.ts'

/** An installed version as it is in its folder. */
export interface InstalledTree {
  readonly ident: string
  readonly manifest: Manifest
  readonly mark: MetaMark
}

/** Waited for between two of very many versions: the loop's turn, where it is due. */
export type Turn = () => Promise<void> | void

export interface InstalledReader {
  /** By name, newest version first. A folder that is no readable package is left out and noted in the log once. */
  list(): readonly InstalledVersion[]
  /** The same where somebody waits for the loop: thousands of versions take seconds. */
  listInTurns(turn: Turn): Promise<readonly InstalledVersion[]>
  /** Undefined: no readable package of that version. */
  tree(ref: PackageRef): InstalledTree | undefined
  /** What Orbital has installed or verified, and whose meta.json can't be read any more. */
  unreadable(turn: Turn): Promise<readonly PackageRef[]>
  isUnreadable(ref: PackageRef): boolean
  /** `not-installed` */
  get(ref: PackageRef): InstalledVersion
  files(ref: PackageRef): readonly FileEntry[]
}

/**
 * Installed versions, read from their folders each time, since other programs install and remove there too:
 *  1. Every folder of the library but `.orbital`, `__cache__` and hidden ones, with a meta.json in it.
 *  2. The meta passes strict ingest, its ident being the folder's name. One that didn't change since the last look isn't read again.
 *  3. Orbital's facts are added where they are about that very tree; they, too, are read again only when their file is another one.
 */
export function createInstalledReader(deps: {
  readonly disk: Disk
  readonly log: Log
  readonly places: LibraryPlaces
  readonly libraryId: string
}): InstalledReader {
  const { disk, log, places, libraryId } = deps
  const known = new Map<string, { readonly stamp: string; readonly tree: InstalledTree | undefined }>()
  const knownFacts = new Map<string, { readonly stamp: string; readonly facts: VersionFacts | undefined }>()

  const readTree = (ident: string): InstalledTree | undefined => {
    const metaPath = path.join(places.version(ident), 'meta.json')
    const facts = disk.facts(metaPath)
    if (facts?.kind !== 'file') return undefined
    const stamp = stampOf(facts)
    const seen = known.get(ident)
    if (seen?.stamp === stamp) return seen.tree
    const tree = readMeta(ident, metaPath, facts.modifiedMs)
    known.set(ident, { stamp, tree })
    return tree
  }

  const readMeta = (ident: string, metaPath: string, modifiedMs: number): InstalledTree | undefined => {
    try {
      const bytes = disk.read(metaPath, { maxBytes: metaCaps.maxBytes })
      if (bytes === undefined) return undefined
      return { ident, manifest: ingestInstalledMeta(bytes, { key: metaPath, ident }), mark: markOf(bytes, modifiedMs) }
    } catch (error) {
      log.write('warn', 'library.unreadable-version', { ident, ...toWire(error) })
      return undefined
    }
  }

  const readFactsOf = (ident: string): VersionFacts | undefined => {
    const file = disk.facts(factsFileOf(places, ident))
    const stamp = file === undefined ? '' : stampOf(file)
    const seen = knownFacts.get(ident)
    if (seen?.stamp === stamp) return seen.facts
    try {
      const facts = file === undefined ? undefined : readFacts(disk, places, ident)
      knownFacts.set(ident, { stamp, facts })
      return facts
    } catch (error) {
      // The others are listed all the same. What is too large stays that.
      if (isAppError(error, 'package-too-large')) knownFacts.set(ident, { stamp, facts: undefined })
      log.write('warn', 'library.unreadable-facts', { ident, ...toWire(error) })
      return undefined
    }
  }

  const show = ({ ident, manifest, mark }: InstalledTree): InstalledVersion => {
    const facts = ofTree(readFactsOf(ident), mark)
    return {
      ref: manifest.ref,
      libraryId,
      title: manifest.info.title ?? manifest.ref.name,
      description: manifest.info.description ?? '',
      path: places.version(ident),
      diskBytes: manifest.totalBytes,
      fileCount: manifest.files.length,
      ...(facts.installedAt === undefined ? {} : { installedAt: facts.installedAt }),
      ...(facts.verifiedAt === undefined ? {} : { verifiedAt: facts.verifiedAt }),
      kept: facts.kept,
      ...(facts.forApp === undefined ? {} : { forApp: facts.forApp }),
      ...(facts.fromConnectionId === undefined ? {} : { fromConnectionId: facts.fromConnectionId }),
      ...(manifest.info.compatibility === undefined ? {} : { compatibility: manifest.info.compatibility }),
      ...(facts.damagedFiles === undefined ? {} : { damagedFiles: [...facts.damagedFiles] }),
      ...(facts.damagedCount === undefined ? {} : { damagedCount: facts.damagedCount }),
    }
  }

  /** A name from outside that can't be a folder of this library is not installed. */
  const tree = (ref: PackageRef): InstalledTree | undefined => {
    const ident = identOf(ref)
    if (!isVersionFolder(ident) || disk.facts(places.version(ident))?.kind !== 'folder') return undefined
    return readTree(ident)
  }
  const treeOf = (ref: PackageRef): InstalledTree => {
    const found = tree(ref)
    if (found === undefined)
      throw new AppError('not-installed', { spec: `${ref.name}==${ref.version}`, library: places.root })
    return found
  }

  const idents = (): readonly string[] =>
    disk.facts(places.root) === undefined
      ? []
      : disk
          .entries(places.root)
          .flatMap(({ name, kind }) => (kind === 'folder' && isVersionFolder(name) ? [name] : []))
  const isUnreadable = (ident: string): boolean => readTree(ident) === undefined && readFactsOf(ident) !== undefined
  const shown = (ident: string): readonly InstalledVersion[] => {
    const found = readTree(ident)
    return found === undefined ? [] : [show(found)]
  }

  return {
    list: () => idents().flatMap(shown).sort(byNameAndVersion),
    async listInTurns(turn) {
      const versions: InstalledVersion[] = []
      for (const ident of idents()) {
        versions.push(...shown(ident))
        await turn()
      }
      return versions.sort(byNameAndVersion)
    },
    tree,
    async unreadable(turn) {
      const refs: PackageRef[] = []
      for (const ident of idents()) {
        const ref = isUnreadable(ident) ? refOf(ident) : undefined
        if (ref !== undefined) refs.push(ref)
        await turn()
      }
      return refs
    },
    isUnreadable(ref) {
      const ident = identOf(ref)
      return isVersionFolder(ident) && disk.facts(places.version(ident))?.kind === 'folder' && isUnreadable(ident)
    },
    get: (ref) => show(treeOf(ref)),
    files: (ref) =>
      treeOf(ref).manifest.files.map(({ path: file, sizeBytes, checksum }) => ({
        path: file,
        sizeBytes,
        checksum: `${checksum.algorithm}:${checksum.hex}`,
      })),
  }
}

const stampOf = ({ inode, sizeBytes, modifiedMs }: FileFacts): string => `${inode} ${sizeBytes} ${modifiedMs}`

// Many times as fast as localeCompare, which looks for its rules each time.
const { compare } = new Intl.Collator()
const byNameAndVersion = (a: InstalledVersion, b: InstalledVersion): number =>
  compare(a.ref.name, b.ref.name) || compareVersions(b.ref.version, a.ref.version)

const isVersionFolder = (name: string): boolean =>
  name !== '' && !name.startsWith('.') && name !== '__cache__' && !name.endsWith('.tmp') && !/[/\\\0]/.test(name)

/** Of a folder's name: the version begins at the first digit behind a dash. Whatever the split, it names the same folder. */
function refOf(ident: string): PackageRef | undefined {
  const [, name, version] = /^(.+?)-(\d.*)$/.exec(ident) ?? []
  return name === undefined || version === undefined ? undefined : { name, version }
}
