import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import { specOf } from '../../../shared/model/package-ref.ts'
import { installedText as text } from '../../text/installed.ts'
import { Button } from '../../ui/button.tsx'
import { Size } from '../../ui/figures.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { removeVersions } from './installed-actions.ts'
import type { InstalledPackage } from './installed-packages.ts'

const words = text.removeSheet

interface RemoveSheetProps {
  readonly each: InstalledPackage
  readonly bytesOf: (spec: string) => number
  readonly onClose: () => void
  readonly run: (work: () => Promise<unknown>) => void
}

/** Which of several versions go, and what that frees. The older ones are ticked. */
export function RemoveSheet({ each, bytesOf, onClose, run }: RemoveSheetProps) {
  const versions = [each.newest, ...each.older]
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(each.older.filter(({ kept }) => !kept).map(({ ref }) => ref.version)),
  )
  const going = versions.filter(({ ref }) => chosen.has(ref.version))
  const bytes = going.reduce((sum, { ref }) => sum + bytesOf(specOf(ref)), 0)
  const toggle = (version: string) =>
    setChosen((before) =>
      before.has(version) ? new Set([...before].filter((other) => other !== version)) : new Set([...before, version]),
    )
  const remove = () => {
    onClose()
    run(() => removeVersions(going, bytes))
  }
  return (
    <Sheet
      opened
      onClose={onClose}
      title={words.title(each.title)}
      subtitle={words.text}
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
          <label className="pick" key={version.ref.version}>
            <Checkbox
              checked={chosen.has(version.ref.version)}
              onChange={() => toggle(version.ref.version)}
              aria-label={version.ref.version}
            />
            <span className="num">
              {version.ref.version}
              {version === each.newest && <span className="t3"> {words.newest}</span>}
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
