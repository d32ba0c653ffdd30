import * as z from 'zod'
import type { Connection, Location } from './connection.ts'

/**
 * A link that leads to a version in a store: `orbital://install?name=…&version=…&bucket=…[&endpoint=…][&region=…][&root=…]`. It only ever opens a
 * question. It holds no secret; folder stores have none.
 */
export const packageLink = z.strictObject({
  name: z.string().min(1).max(64),
  version: z.string().min(1).max(64).optional(),
  store: z.strictObject({
    bucket: z.string().min(1).max(255),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .regex(/^[^@?#]*$/)
      .max(1024)
      .optional(),
    region: z.string().min(1).max(64).optional(),
    /** Empty or ending in `/`. */
    root: z
      .string()
      .max(512)
      .regex(/^(?:|.*\/)$/),
  }),
})
export type PackageLink = Readonly<z.infer<typeof packageLink>>

const start = /^orbital:\/\/install\/?\?/i
const longestLink = 4096
/** No control characters, nothing that turns the reading direction. */
const isPlain = (value: string) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)

/** Undefined for whatever is no such link; each field at most once. */
export function parsePackageLink(text: string): PackageLink | undefined {
  const [opening] = start.exec(text) ?? []
  if (opening === undefined || text.length > longestLink) return undefined
  const fields = new Map<string, string>()
  for (const pair of text.slice(opening.length).split('&')) {
    const [key = '', value = ''] = pair.split(/=(.*)/s).map(decodePart)
    if (key === undefined || value === undefined || fields.has(key) || !isPlain(value)) return undefined
    fields.set(key, value)
  }
  const [endpoint, region] = [fields.get('endpoint'), fields.get('region')]
  const found = packageLink.safeParse({
    name: fields.get('name'),
    ...(fields.has('version') ? { version: fields.get('version') } : {}),
    store: {
      bucket: fields.get('bucket'),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      root: fields.get('root') ?? '',
    },
  })
  return found.success ? found.data : undefined
}

/** Undefined where the version lies in a folder: only who has the folder can get it. */
export function formatPackageLink(
  ref: { readonly name: string; readonly version: string },
  location: Location,
): string | undefined {
  if (location.kind !== 's3') return undefined
  const { bucket, endpoint, region, root } = location
  const fields = { ...ref, bucket, endpoint, region, root: root === '' ? undefined : root }
  const query = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  )
  return `orbital://install?${query.join('&')}`
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** Whether a connection leads where the link does. A region only tells apart what isn't known otherwise: it is not compared. */
export function leadsTo({ location }: Connection, { store }: PackageLink): boolean {
  if (location.kind !== 's3') return false
  const isSame = (a: string | undefined, b: string | undefined) => trimmed(a) === trimmed(b)
  return location.bucket === store.bucket && location.root === store.root && isSame(location.endpoint, store.endpoint)
}
const trimmed = (endpoint: string | undefined) => endpoint?.toLowerCase().replace(/\/+$/, '')
