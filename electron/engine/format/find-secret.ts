/**
 * Where a text holds what looks like a key or a password: the line, and what it has the shape of. Never the thing itself, which goes no
 * further than this function.
 */
export interface FoundSecret {
  /** From 1. */
  readonly line: number
  /** In words, as in "Line 3 has the shape of …". */
  readonly shape: string
}

const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/, 'a private key'],
  [/\b(?:AKIA|ASIA)(?![0-9A-Z]*EXAMPLE\b)[0-9A-Z]{16}\b/, 'an access key of Amazon'],
  [/\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{60})/, 'a token of GitHub'],
  [/\bglpat-[\w-]{20}/, 'a token of GitLab'],
  [/\bhf_[0-9A-Za-z]{30,}\b/, 'a token of Hugging Face'],
  [/\bsk-(?=[\w-]{0,60}\d)[\w-]{32}/, 'a key of a language model service'],
  [/\bxox[abeprs]-[\w-]{20,}/, 'a token of Slack'],
  [/\bAIza[\w-]{35}/, 'a key of Google'],
  [/\bAccountKey=[\w+/]{60,}/, 'a key of Azure'],
]
/** `name = value`, `"name": "value"`; whether the value is one is for `looksRandom`. */
const assignment =
  /(?:passw(?:or)?d|passphrase|secret|api_?key|access_?key|private_?key|(?:auth|access|api|bearer|secret)_?token)[\w-]{0,20}["']?[ \t]*[:=][ \t]*["']?([\w+/=.~!@#$%^&*-]{12,200})["']?[ \t]*[,;]?[ \t]*\r?$/i
/** An address with a name and a password in it. */
const address = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s:@/"'<>]{1,80}:([^\s:@/"'<>]{6,200})@/i

/** The first one of a text, from above; undefined where there is none. */
export function findSecret(text: string): FoundSecret | undefined {
  let line = 0
  for (const each of text.split('\n')) {
    line += 1
    // What is that long is data; the shapes would be found by chance, and slowly.
    if (each.length < 12 || each.length > 2000) continue
    const shape = shapeOf(each)
    if (shape !== undefined) return { line, shape }
  }
  return undefined
}

function shapeOf(line: string): string | undefined {
  const known = shapes.find(([pattern]) => pattern.test(line))
  if (known !== undefined) return known[1]
  const assigned = assignment.exec(line)?.[1]
  if (assigned !== undefined && looksRandom(assigned)) return 'a password or a key'
  const inAddress = address.exec(line)?.[1]
  return inAddress !== undefined && !/^(?:pass|[$%{*x]|your|secret$)/i.test(inAddress)
    ? 'a password in an address'
    : undefined
}

/** Letters and digits without an order to them; not `os.environ.get`, `change-me-please` or a path. */
function looksRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[a-z]/i.test(value) || /example|^\$|\.\.|^https?/i.test(value)) return false
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits >= 3
}
