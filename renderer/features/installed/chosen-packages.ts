import { IconArrowUp, IconChecks, IconPin, IconPinnedOff, IconTrash } from '@tabler/icons-react'
import { installedText as text } from '../../text/installed.ts'
import type { RowCommand } from '../../ui/row-keys.ts'
import type { SelectionAction } from '../../ui/selection-panel.tsx'
import { keepAll, type Update } from './installed-actions.ts'
import { type InstalledPackage, versionsOf } from './installed-packages.ts'
import type { VersionCare } from './use-care.ts'

/** Several packages of the list: their sum, and what can be done with all of them at once. */
export interface ChosenPackages {
  readonly title: string
  readonly names: readonly string[]
  readonly actions: readonly SelectionAction[]
  /** What a key does with all of them; false where it means nothing. */
  act(command: RowCommand | undefined): boolean
}

export function choosePackages(
  packages: readonly InstalledPackage[],
  deps: {
    readonly updates: ReadonlyMap<string, Update>
    readonly care: VersionCare
    readonly run: (work: () => Promise<unknown>) => void
    readonly askUpdates: (updates: readonly Update[]) => void
    /** Which versions go is asked first: some may be kept. */
    readonly askRemove: (packages: readonly InstalledPackage[]) => void
  },
): ChosenPackages {
  const versions = packages.flatMap(versionsOf)
  const bytes = packages.reduce((sum, each) => sum + each.bytes, 0)
  const updates = packages.flatMap(({ name }) => deps.updates.get(name) ?? [])
  const isKept = versions.every(({ kept }) => kept)
  const verify = () => deps.care.verifySome(versions)
  const keep = () => deps.run(() => keepAll(versions, !isKept))
  const remove = () => deps.askRemove(packages)
  const update = () => deps.askUpdates(updates)
  const words = text.actions
  const byCommand: Partial<Record<RowCommand, () => void>> = {
    verify,
    keep,
    remove,
    ...(updates.length > 0 ? { update } : {}),
  }
  return {
    title: text.chosen(packages.length, bytes),
    names: packages.map((each) => each.title),
    act(command) {
      const work = byCommand[command ?? 'inspect']
      work?.()
      return work !== undefined
    },
    actions: [
      ...(updates.length === 0 ? [] : [{ label: text.updateAll(updates.length), icon: IconArrowUp, act: update }]),
      { label: words.verify, icon: IconChecks, act: verify },
      { label: isKept ? words.unkeep : words.keep, icon: isKept ? IconPinnedOff : IconPin, act: keep },
      { label: words.removeSome, icon: IconTrash, danger: true, act: remove },
    ],
  }
}
