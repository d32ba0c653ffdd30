import type { Connection } from '../../shared/model/connection.ts'

/** sh and its kin, or PowerShell: the Command Prompt has no quotes that hold everything, so nothing is written for it. */
export type Shell = 'sh' | 'powershell'

/**
 * What a colleague types in a terminal to add the same store. There is no key in it: who has keys of their own puts them in. Names may come from
 * anybody: undefined where one can't be written so that the shell, and then the command, takes it as it is.
 */
export function addCommandOf(
  { name, location }: Pick<Connection, 'name' | 'location'>,
  shell: Shell,
): string | undefined {
  const options = [...optionsOf(location)].filter(([, value]) => value !== undefined)
  const values = [name, ...options.flatMap(([, value]) => (value === true ? [] : (value ?? [])))]
  if (!values.every((value) => canBeWritten(value, shell))) return undefined
  const words = options.flatMap(([option, value]) =>
    typeof value === 'string' ? [option, quoted(value, shell)] : [option],
  )
  return ['orbital', 'connections', 'add', quoted(name, shell), ...words].join(' ')
}

/** `true`: it takes no value. */
function* optionsOf(location: Connection['location']): Generator<readonly [option: string, string | true | undefined]> {
  // A slash at its end says nothing, and Windows takes a backslash there together with the quote that follows.
  if (location.kind === 'folder') yield ['--folder', location.path.replace(/(?<=[^:\\/])[\\/]+$/, '')]
  else yield ['--bucket', location.bucket]
  yield ['--root', location.root === '' ? undefined : location.root]
  if (location.kind === 'folder') return
  const { endpoint, region, addressing, signIn } = location
  yield ['--endpoint', endpoint]
  yield ['--region', region]
  yield ['--addressing', addressing]
  if (signIn.kind === 'anonymous') yield ['--public', true]
  else if (signIn.kind === 'keys') yield ['--access-key-id', 'YOUR_KEY_ID']
  else yield ['--profile', signIn.profile]
}

/**
 * No option, nothing that a terminal acts on. For PowerShell nothing that its older versions hand on broken, and nothing that the Command Prompt acts
 * on: there the command is a batch file, whose arguments that reads once more, mostly without quotes.
 */
const canBeWritten = (value: string, shell: Shell): boolean =>
  !/^$|^-|[\p{Cc}\u2028\u2029]/u.test(value) && !(shell === 'powershell' && /["%&|<>^]|\s.*\\$/.test(value))

/** Only in quotes where it must be. */
function quoted(value: string, shell: Shell): string {
  if (shell === 'sh') return /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`
  // It takes curly quotes for straight ones.
  return /^[\w./:\\-]+$/.test(value) ? value : `'${value.replace(/['‘’‚‛]/g, '$&$&')}'`
}
