import type { Connection } from '../../shared/model/connection.ts'

/** What a colleague types in a terminal to add the same store. There is no key in it: who has keys of their own puts them in. */
export function addCommandOf({ name, location }: Pick<Connection, 'name' | 'location'>): string {
  const root = location.root === '' ? [] : ['--root', location.root]
  if (location.kind === 'folder')
    return line(['orbital', 'connections', 'add', name, '--folder', location.path, ...root])
  const { bucket, endpoint, region, addressing, signIn } = location
  const option = (option: string, value: string | undefined) => (value === undefined ? [] : [option, value])
  return line([
    ...['orbital', 'connections', 'add', name, '--bucket', bucket],
    ...root,
    ...option('--endpoint', endpoint),
    ...option('--region', region),
    ...option('--addressing', addressing),
    ...(signIn.kind === 'anonymous'
      ? ['--public']
      : signIn.kind === 'keys'
        ? ['--access-key-id', 'YOUR_KEY_ID']
        : option('--profile', signIn.profile)),
  ])
}

const line = (words: readonly string[]): string => words.map(quoted).join(' ')
/** As shells of every system take it: only in quotes where it must be. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/(["$`])/g, '\\$1')}"`
