type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

export type { Json }

/**
 * JSON text as Python's `json.dumps(value, sort_keys=True, indent=2, separators=(',', ': '))` writes it, byte for byte: keys in code point
 * order, ASCII only, two spaces. Numbers are safe integers; undefined fields are left out.
 */
export function toPythonJson(value: Json): string {
  const pieces: string[] = []
  write(value, '\n', pieces)
  return pieces.join('')
}

function write(value: Json, newline: string, pieces: string[]): void {
  if (typeof value === 'string') pieces.push(quote(value))
  else if (Array.isArray(value))
    writeAll('[', ']', value, newline, pieces, (item) => write(item, `${newline}  `, pieces))
  else if (typeof value === 'object' && value !== null) {
    const object = value as { readonly [key: string]: Json | undefined }
    const keys = Object.keys(object).filter((key) => object[key] !== undefined)
    keys.sort(byCodePoint)
    writeAll('{', '}', keys, newline, pieces, (key) => {
      pieces.push(quote(key), ': ')
      write(object[key] ?? null, `${newline}  `, pieces)
    })
  } else pieces.push(String(value))
}

function writeAll<T>(
  open: string,
  close: string,
  items: readonly T[],
  newline: string,
  pieces: string[],
  each: (item: T) => void,
): void {
  pieces.push(open)
  for (const [index, item] of items.entries()) {
    pieces.push(index === 0 ? `${newline}  ` : `,${newline}  `)
    each(item)
  }
  pieces.push(items.length === 0 ? close : `${newline}${close}`)
}

/** JSON.stringify agrees with Python on all below U+007F. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** UTF-16 order differs from code point order only where surrogates meet U+E000–U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const aPoints = [...a]
  const bPoints = [...b]
  for (let at = 0; at < Math.min(aPoints.length, bPoints.length); at += 1) {
    const difference = (aPoints[at]?.codePointAt(0) ?? 0) - (bPoints[at]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return aPoints.length - bPoints.length
}
