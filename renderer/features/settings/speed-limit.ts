const megabyte = 1_000_000
const leastBytesPerSecond = megabyte / 10

/** What a field in MB/s says as bytes a second; 0 is no limit, which an empty field says. A limit below 0.1 MB/s is a slip of the finger. */
export function limitOfTyped(typed: string | number): number | 'too-low' {
  const megabytes = typeof typed === 'number' ? typed : Number.parseFloat(typed)
  if (Number.isNaN(megabytes)) return 0
  const limit = Math.round(megabytes * megabyte)
  return limit < leastBytesPerSecond ? 'too-low' : limit
}

/** The other way round; empty where there is no limit. */
export const typedOfLimit = (limitBytesPerSecond: number | undefined): number | '' =>
  limitBytesPerSecond === undefined || limitBytesPerSecond === 0 ? '' : limitBytesPerSecond / megabyte
