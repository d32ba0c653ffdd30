/** What a key press says; a test may leave out the rest. */
type Press = Pick<KeyboardEvent, 'key'> & Partial<Pick<KeyboardEvent, 'code'>>

/**
 * The character, in lower case, that a key stands for among shortcuts. On a layout of another script (Russian, Greek, Arabic) that is the one at its
 * place on a Latin keyboard: nobody changes the layout for a shortcut.
 */
export function latinKey({ key, code = '' }: Press): string {
  const isOther = /^[\p{L}\p{Nd}]$/u.test(key) && !/^[\p{Script=Latin}\d]$/u.test(key)
  const place = isOther ? (/^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? signs[code]) : undefined
  return (place ?? key).toLowerCase()
}
/** Where such a layout has a letter, and a shortcut is there. */
const signs: Readonly<Record<string, string>> = { Comma: ',' }
