import type { App } from '../../shared/model/app.ts'
import { verdictsFor } from '../../shared/model/compatibility.ts'
import { damagedCountOf } from '../../shared/model/damaged-count.ts'
import type { UnreadableEntry } from '../../shared/model/package.ts'
import { isolate, withVersion } from '../../shared/text/isolate.ts'
import type { Standing } from '../state/package-standing.ts'
import { shortConstraint } from './compatibility.ts'
import { formatList, formatWhen, lowerFirst, plural } from './units.ts'

export interface StandingWords {
  /** One or two words. */
  readonly word: string
  /** The reason or the fact behind it. */
  readonly detail: string
}

/** The words beside the glyph of a package. `from`: the name of the connection that the one of its name which is installed came from. */
export function standingWords(
  standing: Standing,
  apps: readonly App[],
  newestVersion?: string,
  from?: string,
): StandingWords {
  const { kind, installed, offered } = standing
  const highest = installed[0]
  switch (kind) {
    case 'update':
      return { word: 'Update', detail: `${highest?.ref.version ?? ''} is installed` }
    case 'installed':
      return installedWords(standing)
    case 'not-compatible':
      return { word: 'Not compatible', detail: needText(standing, apps) }
    case 'not-stated':
      return { word: 'Not stated', detail: elsewhereText(standing, from) ?? unstatedText(standing, apps) }
    case 'compatible': {
      const other = elsewhereText(standing, from)
      if (other !== undefined) return { word: 'Compatible', detail: other }
      const suits = suitedText(standing, apps)
      const older = offered !== undefined && newestVersion !== undefined && offered.version !== newestVersion
      return { word: 'Compatible', detail: older ? `${offered.version}, ${lowerFirst(suits)}` : suits }
    }
  }
}

function installedWords({ installed }: Standing): StandingWords {
  const [highest] = installed
  if (highest === undefined) return { word: 'Installed', detail: '' }
  const { ref, verifiedAt, forApp } = highest
  const damagedCount = damagedCountOf(highest)
  if (damagedCount > 0) {
    return { word: 'Installed', detail: `${plural(damagedCount, 'file')} damaged` }
  }
  if (verifiedAt === undefined) return { word: 'Installed', detail: 'Not verified' }
  if (forApp !== undefined) return { word: 'Installed', detail: `For ${isolate(forApp)}` }
  return {
    word: 'Installed',
    detail:
      installed.length > 1
        ? `${plural(installed.length, 'version')}`
        : `${ref.version}, verified ${lowerFirst(formatWhen(verifiedAt))}`,
  }
}

/** Its name is taken here, maybe by something else: whoever installs it should know. */
const elsewhereText = ({ elsewhere }: Standing, from: string | undefined): string | undefined =>
  elsewhere && `${elsewhere.ref.version} from ${from === undefined ? 'another connection' : isolate(from)} is installed`

function needText({ offered }: Standing, apps: readonly App[]): string {
  const needs = verdictsFor(offered?.compatibility, apps).filter(({ kind }) => kind === 'not-compatible')
  const first = needs[0]
  return first === undefined || first.kind !== 'not-compatible'
    ? ''
    : `Needs ${isolate(first.app.name)} ${shortConstraint(first.constraint)}`
}

function unstatedText({ offered }: Standing, apps: readonly App[]): string {
  const named = Object.keys(offered?.compatibility ?? {})
  if (named.length === 0) return 'It names no app'
  return apps.length === 0 ? `For ${formatList(named)}` : 'It names none of your apps'
}

function suitedText({ offered }: Standing, apps: readonly App[]): string {
  const map = offered?.compatibility
  if (map === undefined || Object.keys(map).length === 0) return 'With every app'
  const suited = verdictsFor(map, apps).filter(({ kind }) => kind === 'compatible')
  if (suited.length === apps.length && apps.length > 1) return `With all ${apps.length} of your apps`
  return `With ${formatList(suited.map(({ app }) => withVersion(app.name, app.version)))}`
}

/** What a row says that can't be shown as a package. */
export function unreadableWords({ problem }: UnreadableEntry): StandingWords {
  switch (problem) {
    case 'upload-unfinished':
      return { word: 'Upload unfinished', detail: 'Its publisher can finish it' }
    case 'unreadable-now':
      return { word: 'Can’t be read now', detail: 'Refresh to try again' }
    case 'inconsistent':
    case 'meta-invalid':
    case 'archive-mismatch':
      return { word: 'Can’t be read', detail: 'Tell the publisher' }
  }
}
