import path from 'node:path'
import { bucketProblem } from '../../../shared/model/bucket-name.ts'
import { type Location, location } from '../../../shared/model/connection.ts'
import type { Disk, Log } from '../ports.ts'
import { expandHome, homeOf, readAwsProfiles } from './aws-profiles.ts'
import { endpointRule } from './check-location.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where `BUCKET` leads, or, where what the environment says of it can't be meant, what is wrong with it. */
export type EnvironmentPlace = { readonly location: Location } | { readonly problem: string }

/**
 * The connection that `BUCKET` names, with `AWS_ENDPOINT_URL_S3` (or `AWS_ENDPOINT_URL`) and `AWS_REGION` (or `AWS_DEFAULT_REGION`), or else
 * `endpoint_url`, `region` and `ca_bundle` of the profile (`AWS_PROFILE`, or `default`); undefined without a `BUCKET`. A problem names the variable
 * and never its value: there may be a password in it.
 */
export function readEnvironmentPlace(env: Environment, disk: Disk, log: Log): EnvironmentPlace | undefined {
  const bucket = filled(env.BUCKET)
  if (bucket === undefined) return undefined
  const profileName = filled(env.AWS_PROFILE) ?? 'default'
  const profile = readAwsProfiles(disk, env).profile(profileName)
  const fromVariable = (name: string) => ({ value: filled(env[name]), name })
  const fromProfile = (key: string) => ({
    value: filled(profile?.get(key)),
    name: `${key} of the profile “${profileName}”`,
  })
  const isIgnored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true'
  const endpoint = firstFilled([
    fromVariable('AWS_ENDPOINT_URL_S3'),
    fromVariable('AWS_ENDPOINT_URL'),
    ...(isIgnored ? [] : [fromProfile('endpoint_url')]),
  ])
  const region = firstFilled([fromVariable('AWS_REGION'), fromVariable('AWS_DEFAULT_REGION'), fromProfile('region')])
  const bundle = firstFilled([fromVariable('AWS_CA_BUNDLE'), fromProfile('ca_bundle')])
  const parsed = location.safeParse({
    kind: 's3',
    bucket,
    root: '',
    ...(endpoint === undefined ? {} : { endpoint: endpoint.value }),
    ...(region === undefined ? {} : { region: region.value }),
    ...(bundle === undefined ? {} : { certificateFile: path.resolve(expandHome(bundle.value, homeOf(env))) }),
    signIn: { kind: 'chain' },
  })
  const wrongBucket = bucketProblem(bucket)
  if (parsed.success && wrongBucket === undefined) return { location: parsed.data }
  const fields = parsed.error?.issues.map((issue) => issue.path.join('.')) ?? ['bucket']
  log.write('warn', 'connections.environment', { problem: 'not usable', fields })
  if (wrongBucket !== undefined) return { problem: `BUCKET can’t be used: ${wrongBucket}` }
  const problem = fields.includes('endpoint')
    ? `${endpoint?.name} can’t be used: ${endpointRule}`
    : `${(fields.includes('region') ? region : bundle)?.name} can’t be used: it is longer than any real one.`
  return { problem }
}

interface Source {
  readonly value: string | undefined
  readonly name: string
}
const firstFilled = (sources: readonly Source[]) =>
  sources.find((each): each is Source & { readonly value: string } => each.value !== undefined)

const filled = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text)
