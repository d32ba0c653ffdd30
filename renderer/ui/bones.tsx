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

/** Rows that are on their way: still bones in the place of the words. */
export function BoneRows({ columns }: { /** class of the list's columns */ readonly columns: string }) {
  if (!useLateEnough()) return null
  return (
    <div role="presentation">
      {widths.map(([name, text]) => (
        <div className={`prow ${columns}`} aria-hidden="true" key={name}>
          <span className="bone" />
          <span>
            <span className="bone" style={{ inlineSize: `${name}%` }} />
            <span className="bone thin" style={{ inlineSize: `${text}%` }} />
          </span>
          <span className="bone" />
          <span className="bone" />
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
