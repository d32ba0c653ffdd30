import { type Location, location } from '../../../shared/model/connection.ts'
import type { Log } from '../ports.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The connection that `BUCKET` names, with `AWS_ENDPOINT_URL_S3` (or `AWS_ENDPOINT_URL`) and `AWS_REGION` (or `AWS_DEFAULT_REGION`);
 * undefined without a `BUCKET`. Values that can't be meant are said in the log; then there is no such connection.
 */
export function readEnvironmentLocation(env: Environment, log: Log): Location | undefined {
  const bucket = filled(env.BUCKET)
  if (bucket === undefined) return undefined
  const endpoint = filled(env.AWS_ENDPOINT_URL_S3) ?? filled(env.AWS_ENDPOINT_URL)
  const region = filled(env.AWS_REGION) ?? filled(env.AWS_DEFAULT_REGION)
  const parsed = location.safeParse({
    kind: 's3',
    bucket,
    root: '',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    signIn: { kind: 'chain' },
  })
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.'))
  log.write('warn', 'connections.environment', { problem: 'not usable', fields })
  return undefined
}

const filled = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text)
