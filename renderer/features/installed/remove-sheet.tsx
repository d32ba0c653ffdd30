import { Checkbox } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { installedText as text } from '../../text/installed.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { removeVersions } from './installed-actions.ts'
import { type InstalledPackage, versionsOf } from './installed-packages.ts'
import { PickList } from './pick-list.tsx'
import { firstTicked } from './remove-choice.ts'

const words = text.removeSheet

interface RemoveSheetProps {
  readonly packages: readonly InstalledPackage[]
  readonly bytesOf: (spec: string) => number
  readonly onClose: () => void
  readonly run: (work: () => Promise<unknown>) => void
}

/** More are picked in a list that draws what is seen of them. */
const mostInFull = 50

/** Which of several versions go, and what that frees when the trash is emptied. */
export function RemoveSheet({ packages, bytesOf, onClose, run }: RemoveSheetProps) {
  const versions = useMemo(() => packages.flatMap(versionsOf), [packages])
  const newest = useMemo(
    () => new Set(packages.flatMap((each) => (each.older.length > 0 ? [each.newest] : []))),
    [packages],
  )
  const [only] = packages.length === 1 ? packages : []
  const keptCount = versions.filter(({ kept }) => kept).length
  const [chosen, setChosen] = useState(() => firstTicked(packages))
  const going = versions.filter(({ ref }) => chosen.has(specOf(ref)))
  const bytes = going.reduce((sum, { ref }) => sum + bytesOf(specOf(ref)), 0)
  const toggle = ({ ref }: InstalledVersion) =>
    setChosen((before) => {
      const after = new Set(before)
      if (!after.delete(specOf(ref))) after.add(specOf(ref))
      return after
    })
  const toggleAll = () =>
    setChosen(going.length === versions.length ? new Set() : new Set(versions.map(({ ref }) => specOf(ref))))
  const remove = () => {
    onClose()
    run(() => removeVersions(going, ({ ref }) => bytesOf(specOf(ref))))
  }
  const pick: PickProps = {
    versions,
    isChosen: ({ ref }) => chosen.has(specOf(ref)),
    toggle,
    nameOf: ({ title, ref }) => (only === undefined ? withVersion(title, ref.version) : ref.version),
    isNewest: (version) => newest.has(version),
    bytesOf,
  }
  return (
    <Sheet
      opened
      onClose={onClose}
      title={only === undefined ? words.titleOfSeveral(packages.length) : words.title(only.title)}
      subtitle={keptCount > 0 ? `${words.text} ${words.keptStay(keptCount)}` : words.text}
      footer={
        <>
          <span className="push" />
          <Button onClick={onClose} data-autofocus>
            {words.keep}
          </Button>
          <Button danger disabled={going.length === 0} onClick={remove}>
            {words.button(going.length)}
          </Button>
        </>
      }
    >
      <section>
        {versions.length > mostInFull ? (
          <PickOfMany {...pick} chosenCount={going.length} toggleAll={toggleAll} />
        ) : (
          <PickOfFew {...pick} />
        )}
        <dl className="sums">
          <dt className="total">{words.frees}</dt>
          <dd className="total">
            <Size bytes={bytes} />
          </dd>
        </dl>
      </section>
    </Sheet>
  )
}

interface PickProps {
  readonly versions: readonly InstalledVersion[]
  readonly isChosen: (version: InstalledVersion) => boolean
  readonly toggle: (version: InstalledVersion) => void
  readonly nameOf: (version: InstalledVersion) => string
  readonly isNewest: (version: InstalledVersion) => boolean
  readonly bytesOf: (spec: string) => number
}

const PickOfFew = ({ versions, isChosen, toggle, ...facts }: PickProps) =>
  versions.map((version) => (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is inside
    <label className="pick" key={specOf(version.ref)}>
      <Checkbox checked={isChosen(version)} onChange={() => toggle(version)} aria-label={facts.nameOf(version)} />
      <PickFacts version={version} {...facts} />
    </label>
  ))

interface PickOfManyProps extends PickProps {
  readonly chosenCount: number
  readonly toggleAll: () => void
}

function PickOfMany({ versions, isChosen, toggle, chosenCount, toggleAll, ...facts }: PickOfManyProps) {
  const isAll = chosenCount === versions.length
  return (
    <>
      <Checkbox
        className="pick-all"
        checked={isAll}
        indeterminate={!isAll && chosenCount > 0}
        onChange={toggleAll}
        label={words.all(chosenCount, versions.length)}
      />
      <PickList
        label={words.listLabel}
        items={versions}
        keyOf={({ ref }) => specOf(ref)}
        isPicked={isChosen}
        onToggle={toggle}
        onToggleAll={toggleAll}
        renderRow={(version) => <PickFacts version={version} {...facts} />}
      />
    </>
  )
}

interface PickFactsProps extends Pick<PickProps, 'nameOf' | 'isNewest' | 'bytesOf'> {
  readonly version: InstalledVersion
}

const PickFacts = ({ version, nameOf, isNewest, bytesOf }: PickFactsProps) => (
  <>
    <span className="num pick-name" title={nameOf(version)}>
      {nameOf(version)}
      {isNewest(version) && <span className="t3"> {words.newest}</span>}
      {version.kept && <span className="t3"> {text.kept.toLowerCase()}</span>}
    </span>
    <Size bytes={bytesOf(specOf(version.ref))} />
  </>
)
