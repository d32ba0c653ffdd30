import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { withVersion } from '../../../shared/text/isolate.ts'
import { installedText as text } from '../../text/installed.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { removeVersions } from './installed-actions.ts'
import type { InstalledPackage } from './installed-packages.ts'
import { firstTicked, versionsOf } from './remove-choice.ts'

const words = text.removeSheet

interface RemoveSheetProps {
  readonly packages: readonly InstalledPackage[]
  readonly bytesOf: (spec: string) => number
  readonly onClose: () => void
  readonly run: (work: () => Promise<unknown>) => void
}

/** Which of several versions go, and what that frees when the trash is emptied. */
export function RemoveSheet({ packages, bytesOf, onClose, run }: RemoveSheetProps) {
  const versions = versionsOf(packages)
  const [only] = packages.length === 1 ? packages : []
  const newest = new Set(packages.flatMap((each) => (each.older.length > 0 ? [each.newest] : [])))
  const keptCount = versions.filter(({ kept }) => kept).length
  const [chosen, setChosen] = useState(() => firstTicked(packages))
  const going = versions.filter(({ ref }) => chosen.has(specOf(ref)))
  const nameOf = ({ title, ref }: InstalledVersion): string =>
    only === undefined ? withVersion(title, ref.version) : ref.version
  const bytes = going.reduce((sum, { ref }) => sum + bytesOf(specOf(ref)), 0)
  const toggle = (spec: string) =>
    setChosen((before) =>
      before.has(spec) ? new Set([...before].filter((other) => other !== spec)) : new Set([...before, spec]),
    )
  const remove = () => {
    onClose()
    run(() => removeVersions(going, bytes))
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
        {versions.map((version) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is inside
          <label className="pick" key={specOf(version.ref)}>
            <Checkbox
              checked={chosen.has(specOf(version.ref))}
              onChange={() => toggle(specOf(version.ref))}
              aria-label={nameOf(version)}
            />
            <span className="num">
              {nameOf(version)}
              {newest.has(version) && <span className="t3"> {words.newest}</span>}
              {version.kept && <span className="t3"> {text.kept.toLowerCase()}</span>}
            </span>
            <Size bytes={bytesOf(specOf(version.ref))} />
          </label>
        ))}
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
