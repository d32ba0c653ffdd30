import { AppError } from '../../../shared/errors.ts'
import type { App, AppVerdict } from '../../../shared/model/app.ts'
import { verdictOf, verdictsFor } from '../../../shared/model/compatibility.ts'
import { parseSpec, satisfies } from '../../../shared/model/constraint.ts'
import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import { explainVerdict } from '../../../shared/text/compatibility.ts'
import type { Command, Context } from '../command.ts'
import { from } from '../options.ts'
import { countOf, formatBytes, table } from '../output.ts'
import { connectionOf, requiredWord, resolve } from '../spec.ts'

/** Versions that can't be read, beside what was found. */
const mostTold = 5

export const search: Command = {
  name: 'search',
  usage: '[text or constraint] [--from CONNECTION]',
  summary: 'Find packages by name, text or tag, or versions by a constraint (name>=1.0.0).',
  options: [from],
  async run(context) {
    const { api, output, signal } = context
    const connection = connectionOf(context, 'from')
    const { unreadable } = await api.catalog.list({ ...connection, refresh: true }, { signal })
    const packages = await api.catalog.search({ ...connection, query: context.words.join(' ') }, { signal })
    if (output.json) await output.list(packages)
    else output.result(packages, linesOf(packages))
    // Of what can't be read the name is all that can be searched.
    const [word = ''] = context.words.join(' ').split(/[\s=<>~^|,*@]/)
    const hidden = unreadable.filter(({ ident }) => ident.includes(word))
    for (const { ident, reason } of hidden.slice(0, mostTold)) output.warn(`${ident} can’t be read: ${reason}`)
    if (hidden.length > mostTold)
      output.warn(`${hidden.length - mostTold} more can’t be read. orbital update lists them.`)
  },
}

function linesOf(packages: readonly PackageSummary[]): readonly string[] {
  if (packages.length === 0) return ['Nothing found.']
  return table(
    packages.map(({ name, title, description, versions: [newest] }) => [
      name,
      newest?.version ?? '',
      formatBytes(newest?.downloadBytes ?? 0),
      description || title,
    ]),
  )
}

export const info: Command = {
  name: 'info',
  usage: '<name or spec> [--from CONNECTION]',
  summary: 'Show a package: its versions, dates, sizes and what it works with.',
  mostWords: 1,
  options: [from],
  async run(context) {
    const { api, output, signal } = context
    const word = requiredWord(context, 'package')
    const connection = connectionOf(context, 'from')
    const { packages } = await api.catalog.list({ ...connection, refresh: true }, { signal })
    const matching = packages.find(({ name }) => name === word) ?? (await matchOf(context, word, packages))
    const judged = { ...matching, versions: matching.versions.map((each) => judge(each, context.apps)) }
    output.result(judged, [
      `${matching.title} (${matching.name})`,
      ...(matching.description === '' ? [] : [matching.description]),
      ...table(
        judged.versions.map((version) => [
          `  ${version.version}`,
          (version.publishedAt ?? '').slice(0, 10),
          formatBytes(version.downloadBytes ?? 0),
          version.publishedBy ?? '–',
          Object.entries(version.compatibility ?? {})
            .map(([name, constraint]) => `${name} ${constraint ?? '(any version)'}`)
            .join('; '),
          'verdict' in version && version.verdict !== 'compatible' ? reasonsOf(version.verdicts) : '',
        ]),
      ),
    ])
  },
}

/** What a version is to the person's apps; nothing is added where there are none. */
const judge = (version: VersionSummary, apps: readonly App[]) =>
  apps.length === 0
    ? version
    : {
        ...version,
        verdict: verdictOf(version.compatibility, apps),
        verdicts: verdictsFor(version.compatibility, apps),
      }
const reasonsOf = (verdicts: readonly AppVerdict[]): string =>
  verdicts
    .filter(({ kind }) => kind !== 'compatible')
    .map(explainVerdict)
    .join('; ')

/** What the connection that a command looks into is called. */
async function whereOf({ api, text }: Context): Promise<string> {
  const id = text('from')
  const found = (await api.connections.list({})).find((each) => (id === undefined ? each.isDefault : each.id === id))
  return found?.name ?? id ?? ''
}

/** The package that a spec means, with the versions that the spec allows; `package-not-found`, `usage`. */
async function matchOf(context: Context, spec: string, packages: readonly PackageSummary[]): Promise<PackageSummary> {
  const ref = await resolve(context, spec)
  const parsed = parseSpec(spec)
  const isAllowed = ({ version }: { readonly version: string }) =>
    version === ref.version ||
    (!('problem' in parsed) && parsed.name === ref.name && satisfies(version, parsed.constraint))
  const found = packages.find(({ name }) => name === ref.name)
  if (found === undefined) throw new AppError('package-not-found', { spec, where: await whereOf(context) })
  return { ...found, versions: found.versions.filter(isAllowed) }
}

export const update: Command = {
  name: 'update',
  usage: '[--from CONNECTION] [--rebuild-catalog]',
  summary: 'Refresh the list of packages of a connection.',
  mostWords: 0,
  options: [
    from,
    {
      name: 'rebuild-catalog',
      help: 'read every version again and write the list into the store, so that others need not read them',
    },
  ],
  async run(context) {
    const { api, signal } = context
    const connection = connectionOf(context, 'from')
    const catalog = context.flag('rebuild-catalog') ? await api.catalog.rebuild(connection, { signal }) : undefined
    const page = await api.catalog.list({ ...connection, refresh: catalog === undefined }, { signal })
    const versions = page.packages.reduce((sum, each) => sum + each.versions.length, 0)
    const document = {
      connectionId: page.connectionId,
      packages: page.packages.length,
      versions,
      unreadable: page.unreadable,
      refreshedAt: page.refreshedAt,
      ...(catalog === undefined ? {} : { catalog: { versions: catalog.versions, sizeBytes: catalog.sizeBytes } }),
    }
    context.output.result(document, [
      `${countOf(page.packages.length, 'package')}, ${countOf(versions, 'version')}.`,
      ...(catalog === undefined
        ? []
        : [`The store’s catalog has ${countOf(catalog.versions, 'version')} now, ${formatBytes(catalog.sizeBytes)}.`]),
      ...page.unreadable.map((each) => `  can’t be read: ${each.ident}: ${each.reason}`),
    ])
  },
}
