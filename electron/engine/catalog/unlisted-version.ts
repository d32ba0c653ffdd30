import { AppError, isAppError } from '../../../shared/errors.ts'
import { compareVersions, parseSpec, satisfies } from '../../../shared/model/constraint.ts'
import type { PackageRef, UnreadableEntry } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'

/**
 * The version that a spec means though no readable one is listed for it: one that can't be read, or is named exactly. `read` looks at it, and throws
 * what is wrong with it (`meta-invalid`, `archive-mismatch`; of a withdrawn one `package-not-found` that says so). Undefined where there is none.
 */
export async function findUnlisted(
  unreadable: readonly UnreadableEntry[],
  spec: string,
  read: (ref: PackageRef) => Promise<unknown>,
): Promise<PackageRef | undefined> {
  const damaged = damagedOf(unreadable, spec)
  const ref = damaged?.ref ?? exactRef(spec)
  if (ref === undefined) return undefined
  try {
    await read(ref)
    return ref
  } catch (error) {
    if (!isAppError(error, 'package-not-found') || error.details.withdrawn !== undefined) throw error
    if (damaged === undefined) return undefined
    // Nothing is there under the keys that it should have: what the listing saw tells.
    const { problem, reason } = damaged.entry
    if (problem === 'upload-unfinished') throw new AppError('archive-damaged', { ref: specOf(ref), reason }, error)
    throw new AppError('meta-invalid', { key: identOf(ref), reason }, error)
  }
}

/** The newest that the spec allows among those that can't be read. */
function damagedOf(unreadable: readonly UnreadableEntry[], spec: string) {
  const parsed = parseSpec(spec)
  const found = unreadable.flatMap((entry) => {
    const { ident } = entry
    const ref = exactRef(ident)
    if (ident === spec && ref !== undefined) return [{ entry, ref }]
    if ('problem' in parsed || !ident.startsWith(`${parsed.name}-`)) return []
    const version = ident.slice(parsed.name.length + 1)
    const isMeant = /^\d/.test(version) && satisfies(version, parsed.constraint)
    return isMeant ? [{ entry, ref: { name: parsed.name, version } }] : []
  })
  return found.sort((a, b) => compareVersions(b.ref.version, a.ref.version))[0]
}

/** `name==version` or `name-version`, nothing that could mean several. */
function exactRef(spec: string): PackageRef | undefined {
  const [, name, version] = /^([^=<>~^|,\s/\\]+?)(?:==|-(?=\d))([^=<>~^|,\s/\\]+)$/.exec(spec) ?? []
  return name === undefined || version === undefined ? undefined : { name, version }
}
