const mostValues = 5000
const values = new Map<string, unknown>()

/**
 * The same object for equal values: thousands of versions have the same tags and work with the same apps. Remembers a few thousand; what is
 * large or comes after them stays as it is. Shared values must not be changed.
 */
export function shareValue<T extends object>(value: T): T {
  const key = JSON.stringify(value)
  const known = values.get(key) as T | undefined
  if (known !== undefined) return known
  if (key.length <= 500 && values.size < mostValues) values.set(key, value)
  return value
}
