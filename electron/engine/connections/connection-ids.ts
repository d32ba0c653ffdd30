import { AppError } from '../../../shared/errors.ts'
import { closestTo } from '../../../shared/model/closest.ts'

/** The built-in registry and the connection that environment variables describe. */
export const localId = 'local'
export const environmentId = 'env'
export const isReserved = (id: string): boolean => id === localId || id === environmentId

/** An id made from a name, as `team-models`, with a number where it is taken or reserved. */
export function makeConnectionId(name: string, isTaken: (id: string) => boolean): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 28)
    .replace(/-+$/, '')
  const base = slug === '' ? 'connection' : slug
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? base : `${base}-${n}`
    if (!isReserved(id) && !isTaken(id)) return id
  }
}

/** `connection-not-found`, with the id that was meant where it, or a name, is close. */
export function connectionNotFound(
  id: string,
  all: readonly { readonly id: string; readonly name: string }[],
): AppError<'connection-not-found'> {
  const byId = closestTo(
    id,
    all.map((each) => each.id),
  )
  const name = closestTo(
    id,
    all.map((each) => each.name),
  )
  const meant = byId ?? all.find((each) => each.name === name)?.id
  return new AppError('connection-not-found', { connectionId: id, ...(meant === undefined ? {} : { meant }) })
}
