interface Extent {
  readonly startOffset: number
  readonly lengthBytes: number
  readonly sizeBytes: number
}

/**
 * Which bytes an answer to GET holds; undefined when it does not say so clearly. A 206 must be what was asked for. A 200 to a range is
 * that range only with the exact Content-Range and length, else the whole object from its start.
 */
export function extentOf(
  answer: { readonly ContentRange?: string; readonly ContentLength?: number },
  status: number,
  range: { readonly startOffset: number; readonly endOffset: number } | undefined,
): Extent | undefined {
  const { ContentLength: lengthBytes } = answer
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? '')
  if (range !== undefined && match !== null) {
    const [first, last, sizeBytes] = [Number(match[1]), Number(match[2]), Number(match[3])]
    const isAsked = first === range.startOffset && last === Math.min(range.endOffset, sizeBytes) - 1
    const isWhole = lengthBytes === undefined || lengthBytes === last - first + 1
    if (isAsked && isWhole) return { startOffset: first, lengthBytes: last - first + 1, sizeBytes }
  }
  if (status !== 200 || lengthBytes === undefined) return undefined
  return { startOffset: 0, lengthBytes, sizeBytes: lengthBytes }
}

/**
 * An ETag as it is compared and asked for. Some stores leave the quotes out of listings; a proxy that may compress calls it weak (`W/`), and no condition
 * holds for one of these.
 */
export const quoted = (etag: string | undefined): string => {
  if (etag === undefined || etag === '') return ''
  const strong = etag.replace(/^W\//, '')
  return strong.endsWith('"') ? strong : `"${strong}"`
}

/** Relative to the root; undefined for a key that lies outside it. */
export function withoutRoot(key: string | undefined, encoding: string | undefined, root: string): string | undefined {
  if (key === undefined) return undefined
  const plain = encoding === 'url' ? decodeKey(key) : key
  return plain.startsWith(root) ? plain.slice(root.length) : undefined
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return key
  }
}
