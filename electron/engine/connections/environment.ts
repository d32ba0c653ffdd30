import path from 'node:path'
import { type Location, location } from '../../../shared/model/connection.ts'
import type { Disk, Log } from '../ports.ts'
import { expandHome, homeOf, readAwsProfiles } from './aws-profiles.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The connection that `BUCKET` names, with `AWS_ENDPOINT_URL_S3` (or `AWS_ENDPOINT_URL`) and `AWS_REGION` (or `AWS_DEFAULT_REGION`), or else
 * `endpoint_url`, `region` and `ca_bundle` of the profile (`AWS_PROFILE`, or `default`); undefined without a `BUCKET`. Values that can't be meant are said
 * in the log; then there is no such connection.
 */
export function readEnvironmentLocation(env: Environment, disk: Disk, log: Log): Location | undefined {
  const bucket = filled(env.BUCKET)
  if (bucket === undefined) return undefined
  const profile = readAwsProfiles(disk, env).profile(filled(env.AWS_PROFILE) ?? 'default')
  const isIgnored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true'
  const configured = isIgnored ? undefined : filled(profile?.get('endpoint_url'))
  const endpoint = filled(env.AWS_ENDPOINT_URL_S3) ?? filled(env.AWS_ENDPOINT_URL) ?? configured
  const region = filled(env.AWS_REGION) ?? filled(env.AWS_DEFAULT_REGION) ?? filled(profile?.get('region'))
  const bundle = filled(env.AWS_CA_BUNDLE) ?? filled(profile?.get('ca_bundle'))
  const certificateFile = bundle === undefined ? undefined : path.resolve(expandHome(bundle, homeOf(env)))
  const parsed = location.safeParse({
    kind: 's3',
    bucket,
    root: '',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(certificateFile === undefined ? {} : { certificateFile }),
    signIn: { kind: 'chain' },
  })
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.'))
  log.write('warn', 'connections.environment', { problem: 'not usable', fields })
  return undefined
}

const filled = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text)
