import { AppError } from '../../../shared/errors.ts'
import type { ObjectFacts } from '../ports.ts'

/**
 * A page of a listing, read by hand. The SDK's parser needs some 30 ms for a page of 1,000 keys, all of it at once; a bucket of 100,000
 * packages has 200 pages. Only `<Contents>` is read here; everything else of the answer stays for the SDK.
 *
 *  1. Each `<Contents>` has, without attributes, one `<Key>`, `<Size>`, `<ETag>` and `<LastModified>`, in any order, beside others.
 *  2. Anything else than that (attributes, CDATA, comments, a missing field): undefined, and the SDK reads the whole answer.
 */
interface ListedPage {
  /** Keys as the store wrote them (URL-encoded where it was asked for that), roots included. */
  readonly objects: readonly ObjectFacts[]
  /** The answer without its `<Contents>`. */
  readonly rest: Uint8Array
}

const open = Buffer.from('<Contents>')
const close = Buffer.from('</Contents>')
const fields = { key: 'Key', size: 'Size', etag: 'ETag', modified: 'LastModified' } as const
const tags = Object.fromEntries(
  Object.entries(fields).map(([field, name]) => [field, [Buffer.from(`<${name}>`), Buffer.from(`</${name}>`)]]),
) as unknown as Record<keyof typeof fields, readonly [Buffer, Buffer]>

export function parseListPage(bytes: Uint8Array): ListedPage | undefined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!body.includes('<ListBucketResult') || ['<Contents ', '<Contents/', '<!'].some((odd) => body.includes(odd)))
    return undefined
  const objects: ObjectFacts[] = []
  const rest: Uint8Array[] = []
  let at = 0
  for (let start = body.indexOf(open); start >= 0; start = body.indexOf(open, at)) {
    const end = body.indexOf(close, start)
    const object = end < 0 ? undefined : parseObject(body, start + open.length, end)
    if (object === undefined) return undefined
    objects.push(object)
    rest.push(body.subarray(at, start))
    at = end + close.length
  }
  rest.push(body.subarray(at))
  return { objects, rest: Buffer.concat(rest) }
}

function parseObject(body: Buffer, start: number, end: number): ObjectFacts | undefined {
  const [key, size, etag, modified] = (['key', 'size', 'etag', 'modified'] as const).map((field) =>
    textOf(body, tags[field], start, end),
  )
  if (key === undefined || size === undefined || etag === undefined || modified === undefined) return undefined
  if (!/^\d{1,16}$/.test(size)) return undefined
  const modifiedMs = Date.parse(modified)
  // A date that can't be read is none: the SDK would refuse the page.
  return { key, sizeBytes: Number(size), etag, modifiedMs: Number.isNaN(modifiedMs) ? 0 : modifiedMs }
}

/** A string of its own: a slice of the page's text would keep all of it in memory. */
function textOf(
  body: Buffer,
  [before, after]: readonly [Buffer, Buffer],
  start: number,
  end: number,
): string | undefined {
  const from = body.indexOf(before, start)
  if (from < 0 || from > end) return undefined
  const to = body.indexOf(after, from)
  if (to < 0 || to > end) return undefined
  return plainText(body.toString('utf8', from + before.length, to))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function plainText(text: string): string | undefined {
  if (text.includes('<')) return undefined
  if (!text.includes('&')) return text
  let isPlain = true
  const plain = text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));|&/gi, (_, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    const found = Number.isNaN(code)
      ? entities[(name ?? '') as string]
      : code <= 0x10ffff
        ? String.fromCodePoint(code)
        : undefined
    if (found === undefined) isPlain = false
    return found ?? ''
  })
  return isPlain ? plain : undefined
}

/** A page has at most 1,000 keys of 1,024 bytes, escaped: a few megabytes. */
const mostPageBytes = 64 * 1024 * 1024

/** Reads a listing's objects out of the answer before the SDK parses what is left of it. `store-answer` of one without end. */
export function takeContents(stack: unknown, endpoint: string, use: (objects: readonly ObjectFacts[]) => void): void {
  type Response = { readonly statusCode: number; body: AsyncIterable<Uint8Array> | Uint8Array }
  type Next = (args: unknown) => Promise<{ readonly response: Response }>
  const middlewareStack = stack as { add(middleware: (next: Next) => Next, options: object): void }
  const middleware = (next: Next) => async (args: unknown) => {
    const result = await next(args)
    const { response } = result
    if (response.statusCode !== 200 || response.body instanceof Uint8Array) return result
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body) {
      bytes += chunk.length
      if (bytes > mostPageBytes)
        throw new AppError('store-answer', { endpoint, status: 200, what: 'Its list of files does not end.' })
      chunks.push(chunk)
    }
    const whole = Buffer.concat(chunks)
    const page = parseListPage(whole)
    response.body = page?.rest ?? whole
    if (page !== undefined) use(page.objects)
    return result
  }
  middlewareStack.add(middleware, { step: 'deserialize', priority: 'low', name: 'takeContents' })
}

/** An object as the SDK reads it, where the page was left to it. */
export const factsOf = ({
  Key: key = '',
  Size: sizeBytes = 0,
  ETag: etag = '',
  LastModified,
}: {
  Key?: string
  Size?: number
  ETag?: string
  LastModified?: Date
}): ObjectFacts => ({
  key,
  sizeBytes,
  etag,
  modifiedMs: LastModified?.getTime() ?? 0,
})
