import type { Connection } from '../../shared/model/connection.ts'

/** What a connection is, in two or three words. */
export function connectionKind({ location, origin }: Connection): string {
  if (origin === 'built-in') return 'Practice store'
  if (location.kind === 'folder') return 'Shared folder'
  if (location.endpoint === undefined) return 'Amazon S3'
  return new URL(location.endpoint).host
}
