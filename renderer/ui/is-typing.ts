/** Inputs that take no text. */
const untyped: ReadonlySet<string> = new Set(['button', 'checkbox', 'file', 'radio', 'range', 'reset', 'submit'])

/** What has the focus is a field: letters, undo and Escape are its own. Boxes and switches are none. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !untyped.has(target.type)
  return target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName)
}
