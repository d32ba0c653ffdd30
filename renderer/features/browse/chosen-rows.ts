import { IconDownload } from '@tabler/icons-react'
import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import type { Standing } from '../../state/package-standing.ts'
import { browseText as text } from '../../text/browse.ts'
import { installedText } from '../../text/installed.ts'
import type { ChosenKeys } from '../../ui/chosen-keys.ts'
import { type SelectionAction, shownNames } from '../../ui/selection-panel.tsx'
import type { Update } from '../installed/installed-actions.ts'
import type { BrowseRow } from './rows.ts'

/** Planning each asks the store. */
export const mostAtOnce = 100

/** Several packages of Browse: what can be installed of them, and what that downloads at most. */
export interface ChosenRows {
  readonly title: string
  /** The first of `count`. */
  readonly names: readonly string[]
  readonly count: number
  readonly note?: string
  readonly actions: readonly SelectionAction[]
}

type StandingOf = (each: PackageSummary) => Standing

/** `keys`: places of `rows`. */
/** What is installed, and what the sheet that asks for it says: old versions go with updates. */
export interface Installs {
  readonly updates: readonly Update[]
  readonly words: typeof installedText.installSheet
}

export function chooseRows(
  rows: readonly BrowseRow[],
  keys: ChosenKeys,
  deps: {
    readonly connectionId: string
    readonly libraryId: string
    readonly standingOf: StandingOf
    install(installs: Installs): void
  },
): ChosenRows | undefined {
  if (keys.size <= 1) return undefined
  const { connectionId, libraryId, standingOf } = deps
  const sums = sumsOf(rows, standingOf)
  const of = (sum: Float64Array) =>
    keys.runs.reduce((total, [start, end]) => total + (sum[end] ?? 0) - (sum[start] ?? 0), 0)
  const isTooMany = of(sums.wanted) > mostAtOnce
  const updates: Update[] = []
  const names: string[] = []
  let newerCount = 0
  for (const each of packagesAt(rows, keys)) {
    if (names.length < shownNames) names.push(each.title)
    else if (isTooMany) break
    const offered = wantedOf(each, standingOf)
    if (offered === undefined) continue
    if (standingOf(each).kind === 'update') newerCount += 1
    updates.push({ connectionId, libraryId, name: each.name, title: each.title, version: offered.version })
  }
  const words = installWords(newerCount, updates.length)
  const action = { label: words.ask(updates.length), icon: IconDownload, act: () => deps.install({ updates, words }) }
  const packageCount = of(sums.packages)
  return {
    title: text.chosen(packageCount, of(sums.bytes), keys.size - packageCount),
    names,
    count: packageCount,
    ...(isTooMany
      ? { note: text.tooMany(mostAtOnce) }
      : updates.length === 0
        ? { note: packageCount === 0 ? text.noneReadable : text.noneToInstall }
        : {}),
    actions: isTooMany || updates.length === 0 ? [] : [action],
  }
}

function installWords(newerCount: number, count: number): typeof installedText.installSheet {
  if (newerCount === 0) return installedText.installSheet
  return newerCount === count ? installedText.updateSheet : installedText.installOrUpdateSheet
}

function* packagesAt(rows: readonly BrowseRow[], { runs }: ChosenKeys): Generator<PackageSummary> {
  for (const [start, end] of runs)
    for (let at = start; at < end; at += 1) {
      const row = rows[at]
      if (row?.kind === 'package') yield row.package
    }
}

/** The version that would be installed; undefined where there is none to install. */
function wantedOf(each: PackageSummary, standingOf: StandingOf): VersionSummary | undefined {
  const { kind, offered } = standingOf(each)
  return kind === 'installed' || kind === 'not-compatible' ? undefined : offered
}

/** Of the rows before each place. */
interface Sums {
  readonly standingOf: StandingOf
  readonly packages: Float64Array
  readonly wanted: Float64Array
  readonly bytes: Float64Array
}
const sumsByRows = new WeakMap<readonly BrowseRow[], Sums>()

/** Made once for a list, so that a range over all of it is summed at once with every key. */
function sumsOf(rows: readonly BrowseRow[], standingOf: StandingOf): Sums {
  const known = sumsByRows.get(rows)
  if (known?.standingOf === standingOf) return known
  const none = () => new Float64Array(rows.length + 1)
  const [packages, wanted, bytes] = [none(), none(), none()]
  for (const [at, row] of rows.entries()) {
    const offered = row.kind === 'package' ? wantedOf(row.package, standingOf) : undefined
    packages[at + 1] = (packages[at] ?? 0) + (row.kind === 'package' ? 1 : 0)
    wanted[at + 1] = (wanted[at] ?? 0) + (offered === undefined ? 0 : 1)
    bytes[at + 1] = (bytes[at] ?? 0) + (offered?.downloadBytes ?? 0)
  }
  const sums = { standingOf, packages, wanted, bytes }
  sumsByRows.set(rows, sums)
  return sums
}
