import { IconDownload } from '@tabler/icons-react'
import type { Standing } from '../../state/package-standing.ts'
import { browseText as text } from '../../text/browse.ts'
import type { SelectionAction } from '../../ui/selection-panel.tsx'
import type { Update } from '../installed/installed-actions.ts'
import type { BrowseRow } from './rows.ts'

/** Planning each asks the store. */
export const mostAtOnce = 100

/** Several packages of Browse: what can be installed of them, and what that downloads at most. */
export interface ChosenRows {
  readonly title: string
  readonly names: readonly string[]
  readonly note?: string
  readonly actions: readonly SelectionAction[]
}

export function chooseRows(
  rows: readonly BrowseRow[],
  keys: ReadonlySet<string>,
  deps: {
    readonly connectionId: string
    readonly libraryId: string
    standingOf(each: Extract<BrowseRow, { kind: 'package' }>['package']): Standing
    install(updates: readonly Update[]): void
  },
): ChosenRows | undefined {
  if (keys.size <= 1) return undefined
  const { connectionId, libraryId } = deps
  const packages = rows.flatMap((row) => (row.kind === 'package' && keys.has(row.key) ? [row.package] : []))
  const wanted = packages.flatMap((each) => {
    const { kind, offered } = deps.standingOf(each)
    return offered === undefined || kind === 'installed' || kind === 'not-compatible' ? [] : [{ each, offered }]
  })
  const bytes = wanted.reduce((sum, { offered }) => sum + (offered.downloadBytes ?? 0), 0)
  const updates = wanted.map(({ each: { name, title }, offered: { version } }): Update => {
    return { connectionId, libraryId, name, title, version }
  })
  const isTooMany = updates.length > mostAtOnce
  const action = { label: text.installSome(updates.length), icon: IconDownload, act: () => deps.install(updates) }
  return {
    title: text.chosen(packages.length, bytes),
    names: packages.map(({ title }) => title),
    ...(isTooMany ? { note: text.tooMany(mostAtOnce) } : updates.length === 0 ? { note: text.noneToInstall } : {}),
    actions: isTooMany || updates.length === 0 ? [] : [action],
  }
}
