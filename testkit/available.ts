/** A part of the test rigs that this machine does not have and could not get, with the reason in words for people. */
export interface Missing {
  readonly missing: string
}

export type Available<T> = T | Missing

export function isMissing(value: unknown): value is Missing {
  return typeof value === 'object' && value !== null && 'missing' in value && typeof value.missing === 'string'
}

/** Gives the value, or throws an error that carries the reason why it is missing. */
export function requireAvailable<T>(value: Available<T>): T {
  if (isMissing(value)) throw new Error(value.missing)
  return value
}
