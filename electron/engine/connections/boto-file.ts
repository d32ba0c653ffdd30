import type { Disk } from '../ports.ts'

/**
 * `aws_access_key_id` and `aws_secret_access_key` of the section `[Credentials]` in the first of these files that has both: where the old
 * Python tools look. Files that can't be read are passed over, as boto does.
 */
export function readBotoKeys(
  disk: Disk,
  files: readonly string[],
): { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined {
  for (const file of files) {
    const values = readCredentialsSection(readText(disk, file))
    const accessKeyId = values.get('aws_access_key_id')
    const secretAccessKey = values.get('aws_secret_access_key')
    if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey }
  }
  return undefined
}

function readText(disk: Disk, file: string): string {
  try {
    const bytes = disk.read(file, { maxBytes: 1_000_000 })
    return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8')
  } catch {
    return ''
  }
}

function readCredentialsSection(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  let isOurs = false
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]*)\]/.exec(line)
    if (section !== null) isOurs = section[1] === 'Credentials'
    const pair = /^\s*([A-Za-z_]+)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (isOurs && pair?.[1] !== undefined && pair[2] !== undefined) values.set(pair[1].toLowerCase(), pair[2])
  }
  return values
}
