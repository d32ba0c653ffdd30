/** Keycaps; `Mod` is drawn as ⌘ or Ctrl, by the platform. */
export const Keys = ({ keys }: { readonly keys: readonly string[] }) => (
  <span className="keys">
    {keys.map((key) => (key === 'Mod' ? <kbd className="mod" key={key} /> : <kbd key={key}>{key}</kbd>))}
  </span>
)
