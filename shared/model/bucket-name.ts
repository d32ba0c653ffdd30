/**
 * Why a name can't be a bucket's, as the end of a sentence, with the right one where it can be guessed; undefined for one that can be. Old buckets
 * have capitals and underscores. What looks like an address with a query or a sign-in in it is not repeated: there may be a key in it.
 */
export function bucketProblem(bucket: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(bucket)) return undefined
  const [, name = '', folder = ''] = /^(?:[a-z0-9]+:\/\/)?([^/]*)\/*(.*)$/i.exec(bucket) ?? []
  if (name !== bucket && !/[?@=&#%]/.test(bucket) && bucketProblem(name) === undefined)
    return folder === ''
      ? `name the bucket alone, “${name}”.`
      : `name the bucket alone, “${name}”; “${folder}” is the folder (root) inside it.`
  return 'the name of a bucket has 3 to 255 letters, digits, dots and dashes, and no slash.'
}
