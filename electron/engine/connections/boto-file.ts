import path from 'node:path'
import type { AppError } from '../../../shared/errors.ts'
import type { Disk } from '../ports.ts'
import { expandHome, homeOf, type ProfileValues } from './aws-profiles.ts'
import type { Environment } from './environment.ts'
import { readIniFile } from './ini-file.ts'

/**
 * Keys where the old Python tools (boto 2) look for them:
 *  1. The files: those of `BOTO_CONFIG` (one) or `BOTO_PATH` (several), where one of these is set; else `/etc/boto.cfg`, then `~/.boto`.
 *  2. Values of later files come before those of earlier ones.
 *  3. The section: `[profile NAME]` where a profile is named, else `[Credentials]`.
 * Undefined when neither id nor secret is there; `fail` is told which one of them is missing. Files that can't be read are passed over, as boto does.
 */
export function readBotoKeys(
  disk: Disk,
  env: Environment,
  profile: string | undefined,
  fail: (missing: string) => AppError,
): { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string } | undefined {
  const section = profile === undefined ? 'Credentials' : `profile ${profile}`
  const values: ProfileValues = new Map(
    botoFiles(env).flatMap((file) => [...(readIniFile(disk, file).sections.get(section) ?? [])]),
  )
  const accessKeyId = values.get('aws_access_key_id')
  const secretAccessKey = values.get('aws_secret_access_key')
  const sessionToken = values.get('aws_security_token')
  if (!accessKeyId && !secretAccessKey) return undefined
  if (!accessKeyId || !secretAccessKey) throw fail(accessKeyId ? 'aws_secret_access_key' : 'aws_access_key_id')
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}

const systemFile = '/etc/boto.cfg'

function botoFiles(env: Environment): readonly string[] {
  const home = homeOf(env)
  const named = env.BOTO_CONFIG ? [env.BOTO_CONFIG] : env.BOTO_PATH ? env.BOTO_PATH.split(path.delimiter) : undefined
  const files = named ?? [systemFile, ...(home === undefined ? [] : [path.join(home, '.boto')])]
  return files.filter((file) => file !== '').map((file) => path.resolve(expandHome(file, home)))
}
