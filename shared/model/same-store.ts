import type { Location } from './connection.ts'

/** Whether both lead to the same packages, however each is named, addressed and signed in to. */
export function isSameStore(a: Location, b: Location): boolean {
  if (withoutSlashes(a.root) !== withoutSlashes(b.root)) return false
  if (a.kind === 'folder') return b.kind === 'folder' && withoutSlashes(a.path) === withoutSlashes(b.path)
  return b.kind === 's3' && a.bucket === b.bucket && addressOf(a.endpoint) === addressOf(b.endpoint)
}

const withoutSlashes = (path: string): string => path.replace(/[/\\]+$/, '')

/** The case of a host is no difference. */
const addressOf = (endpoint = ''): string =>
  withoutSlashes(endpoint).replace(/^[a-z]+:\/\/[^/]*/i, (host) => host.toLowerCase())
