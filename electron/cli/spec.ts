import { existsSync } from 'node:fs'
import path from 'node:path'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { App } from '../../shared/model/app.ts'
import { closestTo } from '../../shared/model/closest.ts'
import { verdictsFor } from '../../shared/model/compatibility.ts'
import { parseSpec, satisfies } from '../../shared/model/constraint.ts'
import type { InstalledVersion } from '../../shared/model/installed.ts'
import type { PackageRef } from '../../shared/model/package.ts'
import { identOf, specOf } from '../../shared/model/package-ref.ts'
import { refusalOf } from '../../shared/model/refusal.ts'
import { errorTextOf } from '../../shared/text/errors.ts'
import { usage } from './arguments.ts'
import type { Context } from './command.ts'

/** The first word, which a command can't do without. */
export function requiredWord(context: Context, what: string, at = 0): string {
  const word = context.words[at]
  if (word === undefined) throw usage(`Say which ${what}.`)
  return word
}

/** All installed versions that match a spec, newest first as listed; `not-installed` when there is none. */
export async function matchInstalled(context: Context, spec: string): Promise<readonly InstalledVersion[]> {
  const library = await context.library()
  const installed = await context.api.installed.list({ libraryId: library.id })
  const byIdent = installed.filter(
    ({ ref }) => `${ref.name}-${ref.version}` === spec || `${ref.name}==${ref.version}` === spec,
  )
  if (byIdent.length > 0) return byIdent
  const parsed = parseSpec(spec)
  if ('problem' in parsed) throw usage(parsed.problem)
  const matching = installed.filter(
    ({ ref }) => ref.name === parsed.name && satisfies(ref.version, parsed.constraint, { prerelease: true }),
  )
  if (matching.length === 0) {
    const meant = meantBy(spec, installed)
    throw new AppError('not-installed', { spec, library: library.path, ...(meant === undefined ? {} : { meant }) })
  }
  return matching
}

/** What a spec that fits nothing of what is there may mean: a version that is there, or else a name. */
export function meantBy(spec: string, all: readonly { readonly ref: PackageRef }[]): string | undefined {
  const parsed = parseSpec(spec)
  const name = 'problem' in parsed ? spec : parsed.name
  const versions = all.flatMap(({ ref }) => [specOf(ref), identOf(ref)])
  const names = all.map(({ ref }) => ref.name).filter((each) => each !== name)
  return closestTo(spec, versions) ?? closestTo(name, names)
}

/** `path-not-found` for a path of the command line that leads nowhere. Answers it absolute. */
export function requirePath(context: Context, word: string, kind: 'file' | 'folder', remedy?: string): string {
  const target = path.resolve(context.cwd, word)
  if (!existsSync(target))
    throw new AppError('path-not-found', { path: target, kind, ...(remedy === undefined ? {} : { remedy }) })
  return target
}

/**
 * `--out`, absolute: the file, or the folder to write it into. `path-not-found` for `new/`, which says that it is a folder, where there is none;
 * of something named `new` a file can be made.
 */
export function outOf(context: Context, otherwise: string): string {
  const word = context.text('out') ?? otherwise
  return /[/\\]$/.test(word)
    ? requirePath(context, word, 'folder', 'Make the folder first.')
    : path.resolve(context.cwd, word)
}

/** Runs what writes `--out`; `already-exists` says what else can be done than to take another name. */
export async function writing<T>(work: () => Promise<T>, remedy: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isAppError(error, 'already-exists')) throw error
    throw new AppError('already-exists', { ...error.details, remedy }, error)
  }
}

/** A `.sputnik` by its name. */
export const isPackageFile = (word: string): boolean => word.toLowerCase().endsWith('.sputnik')

/** The apps of the command, as the contract takes them. */
export const appsOf = ({ apps }: Context): { apps?: App[] } => (apps.length === 0 ? {} : { apps: [...apps] })

/** The version of a connection that a spec means, by name, constraint, compatibility and prerelease rules. */
export async function resolve(
  context: Context,
  spec: string,
  connection = connectionOf(context, 'from'),
): Promise<PackageRef> {
  return context.api.catalog.resolve(
    {
      ...connection,
      spec,
      ...appsOf(context),
      prerelease: context.flag('pre'),
      ignoreCompatibility: context.flag('ignore-compatibility'),
    },
    { signal: context.signal },
  )
}

/**
 * Why not the newest: the version above the chosen one that was passed over because it refuses the person's apps. Undefined where the newest
 * was chosen, or the spec or a rule on prereleases asked for less.
 */
export async function passedOver(
  context: Context,
  spec: string,
  chosen: PackageRef,
  connection: { readonly connectionId?: string },
): Promise<string | undefined> {
  const parsed = parseSpec(spec)
  if (context.apps.length === 0 || 'problem' in parsed || parsed.name !== chosen.name) return undefined
  const { package: found } = await context.api.catalog.get(
    { ...connection, name: chosen.name },
    { signal: context.signal },
  )
  for (const { version, compatibility, prerelease } of found.versions) {
    if (version === chosen.version) return undefined
    if (!satisfies(version, parsed.constraint) || (prerelease && !context.flag('pre'))) continue
    const refusal = refusalOf({ name: chosen.name, version }, verdictsFor(compatibility, context.apps))
    return refusal === undefined ? undefined : errorTextOf(refusal).happened
  }
  return undefined
}

/** What a connection is called; its id where there is no such connection any more. */
export async function connectionName({ api }: Pick<Context, 'api'>, id: string): Promise<string> {
  return (await api.connections.list({})).find((each) => each.id === id)?.name ?? id
}

/** `--from C` or `--to C` as the contract takes it. */
export const connectionOf = (context: Context, option: 'from' | 'to'): { connectionId?: string } => {
  const id = context.text(option)
  return id === undefined ? {} : { connectionId: id }
}
