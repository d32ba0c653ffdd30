/**
 * A look at JSON bytes before they are parsed, so that hostile ones cost no memory: how deep it nests and how many values it has.
 * Bytes inside strings don't count. Says what is wrong, or undefined.
 */
export function checkJsonShape(
  bytes: Uint8Array,
  caps: { readonly maxDepth: number; readonly maxValues: number },
): string | undefined {
  let depth = 0
  let values = 1
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case 0x22: {
        at = endOfString(bytes, at + 1)
        break
      }
      case 0x5b:
      case 0x7b:
        depth += 1
        values += 1
        if (depth > caps.maxDepth) return `It nests deeper than ${caps.maxDepth} levels.`
        break
      case 0x5d:
      case 0x7d:
        depth -= 1
        break
      case 0x2c:
        values += 1
        break
    }
    if (values > caps.maxValues) return 'It holds more values than any real package’s.'
  }
  return undefined
}

/** Index of the closing quote (or the end). */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(0x22, start)
  while (at > 0) {
    let backslashes = 0
    while (bytes[at - 1 - backslashes] === 0x5c && at - 1 - backslashes >= start) backslashes += 1
    if (backslashes % 2 === 0) return at
    at = bytes.indexOf(0x22, at + 1)
  }
  return bytes.length
}
