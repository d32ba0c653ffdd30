import { findHits } from '../../shared/model/search.ts'

/** A text in which what was searched for is marked. */
export function Marked({ text, words }: { readonly text: string /** folded */; readonly words: readonly string[] }) {
  if (words.length === 0) return text
  const hits = findHits(text, words)
  if (hits.length === 0) return text
  const parts = hits.map(([start, end], at) => (
    <span key={start}>
      {text.slice(hits[at - 1]?.[1] ?? 0, start)}
      <mark>{text.slice(start, end)}</mark>
    </span>
  ))
  return (
    <>
      {parts}
      {text.slice(hits.at(-1)?.[1])}
    </>
  )
}
