/**
 * A file's name so that what stands there is what it is: characters that nobody sees, or that turn the order of the others (`exe.txt` for what ends in
 * `.exe`), have a sign in their place. What joins letters and emoji stays, since words and pictures are made of it.
 */
export const visibleName = (name: string): string =>
  name
    .replace(/\p{Cc}/gu, signOf)
    .replace(/[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\ufffd')
    .replace(/^ +| +$/g, (spaces) => '\u2423'.repeat(spaces.length))

function signOf(control: string): string {
  const code = control.charCodeAt(0)
  if (code === 0x7f) return '\u2421'
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd'
}
