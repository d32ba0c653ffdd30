import { Spotlight } from '@mantine/spotlight'
import type { ReactNode } from 'react'
import { toSearchQuery } from '../../shared/model/search.ts'
import { Keys } from '../ui/keys.tsx'
import { Marked } from '../ui/marked.tsx'

interface EntryProps {
  readonly id: string
  readonly glyph: ReactNode
  readonly title: string
  readonly more?: string
  /** What it was found for, where neither of both has it. */
  readonly why?: string
  readonly end?: string
  /** What does the same without the palette. */
  readonly keys?: readonly string[]
  /** What was typed: marked where it occurs. */
  readonly text?: string
  readonly onRun: () => unknown
}

export function Entry({ id, glyph, title, more, why, end, keys, text = '', onRun }: EntryProps) {
  const { words } = toSearchQuery(text)
  return (
    <Spotlight.Action id={id} role="option" className="option" data-entry={id} onClick={() => void onRun()}>
      <span className="option-glyph">{glyph}</span>
      <span className="cut">
        <Marked text={title} words={words} />
        {[more, why].map(
          (part) =>
            part !== undefined && (
              <span key={part} className="t3">
                {' '}
                <Marked text={part} words={words} />
              </span>
            ),
        )}
      </span>
      <span className="push row small t3 num option-end">
        {end}
        {keys !== undefined && <Keys keys={keys} />}
      </span>
    </Spotlight.Action>
  )
}
