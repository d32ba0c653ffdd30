/** UTF-8 bytes or text as JSON; undefined when it is none. For files of Orbital's own, whose shape the caller checks next. */
export function parseJson(json: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof json === 'string' ? json : Buffer.from(json).toString('utf8'))
  } catch {
    return undefined
  }
}
