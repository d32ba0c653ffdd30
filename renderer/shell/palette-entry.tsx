import { Spotlight } from '@mantine/spotlight'
import type { ReactNode } from 'react'
import { Keys } from '../ui/keys.tsx'

interface EntryProps {
  readonly id: string
  readonly glyph: ReactNode
  readonly title: string
  readonly more?: string
  readonly end?: string
  /** What does the same without the palette. */
  readonly keys?: readonly string[]
  /** What was typed: shown in the title where it occurs. */
  readonly text?: string
  readonly onRun: () => unknown
}

export function Entry({ id, glyph, title, more, end, keys, text = '', onRun }: EntryProps) {
  return (
    <Spotlight.Action id={id} role="option" className="option" data-entry={id} onClick={() => void onRun()}>
      <span className="option-glyph">{glyph}</span>
      <span className="cut">
        <Marked title={title} text={text} />
        {more !== undefined && <span className="t3"> {more}</span>}
      </span>
      <span className="push row small t3 num option-end">
        {end}
        {keys !== undefined && <Keys keys={keys} />}
      </span>
    </Spotlight.Action>
  )
}

function Marked({ title, text }: { readonly title: string; readonly text: string }) {
  const at = text === '' ? -1 : title.toLowerCase().indexOf(text.toLowerCase())
  if (at < 0) return title
  return (
    <>
      {title.slice(0, at)}
      <mark>{title.slice(at, at + text.length)}</mark>
      {title.slice(at + text.length)}
    </>
  )
}
