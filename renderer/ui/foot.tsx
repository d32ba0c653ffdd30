import type { ReactNode } from 'react'

/** The line below a list: what is shown, and the keys that work on it. */
export const Foot = ({ children, hints = [] }: { readonly children: ReactNode; readonly hints?: readonly Hint[] }) => (
  <footer className="foot">
    <span className="num" role="status">
      {children}
    </span>
    <span className="push" />
    {hints.map(({ keys, does }) => (
      <span className="hint" key={does}>
        {keys.map((key) => (key === 'Mod' ? <kbd className="mod" key={key} /> : <kbd key={key}>{key}</kbd>))}
        {does}
      </span>
    ))}
  </footer>
)

export interface Hint {
  /** `Mod` is ⌘ or Ctrl. */
  readonly keys: readonly string[]
  readonly does: string
}
