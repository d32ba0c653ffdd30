import { useEffect, useState } from 'react'

/** True once 300 ms have passed: shorter waits show nothing. */
export function useLateEnough(): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return late
}

const widths = [
  [44, 72],
  [36, 64],
  [52, 58],
  [40, 76],
  [48, 62],
  [33, 70],
] as const

interface BoneRowsProps {
  /** Class of a row. */
  readonly row?: 'prow' | 'job'
  /** Class that sets the columns' widths. */
  readonly columns?: string
  /** Classes of the cells after the name's. */
  readonly cells: readonly (string | undefined)[]
}

/** Rows that are on their way: still bones in the places of glyph, words and figures. */
export function BoneRows({ row = 'prow', columns = '', cells }: BoneRowsProps) {
  if (!useLateEnough()) return null
  return (
    <div aria-hidden="true">
      {widths.map(([name, text]) => (
        <div className={`${row} ${columns}`} key={name}>
          <span className="bone round" />
          <span>
            <span className="bone" style={{ inlineSize: `${name}%` }} />
            <span className="bone thin" style={{ inlineSize: `${text}%` }} />
          </span>
          {cells.map((className, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
            <span className={className} key={at}>
              <span className="bone" />
            </span>
          ))}
        </div>
      ))}
    </div>
  )
}

/** Lines of text that are on their way. */
export function BoneLines({ lines = 3 }: { readonly lines?: number }) {
  if (!useLateEnough()) return null
  return (
    <div aria-hidden="true" className="bone-lines">
      {Array.from({ length: lines }, (_, at) => at).map((at) => (
        <span className="bone" key={at} style={{ inlineSize: `${90 - ((at * 17) % 40)}%` }} />
      ))}
    </div>
  )
}
