/** A key as on a keycap. */
export const Kbd = ({ children }: { readonly children: string }) => <kbd>{children}</kbd>

/** ⌘ on macOS, Ctrl elsewhere (the style sheet knows which). */
export const ModKey = () => <kbd className="mod" />
