import { AppError } from '../../../shared/errors.ts'
import type { CredentialsIo, PlainCredentials, StoreSpec } from '../ports.ts'

/** From a worker: it needs credentials; with `renew` others than the last ones, which the store refused. */
export interface CredentialsWanted {
  readonly kind: 'credentials-wanted'
  readonly renew: boolean
}
/** To a worker. */
export interface CredentialsGiven {
  readonly kind: 'credentials'
  readonly credentials: PlainCredentials
  /** Whether they were fetched anew, for those who were refused with the last ones. */
  readonly renew: boolean
}

/** For a worker's store: first the credentials of the spec, then those that the engine sends when asked. */
export function receiveCredentials(
  spec: StoreSpec,
  line: { post(message: CredentialsWanted): void; onMessage(handler: (message: CredentialsGiven) => void): void },
) {
  let first = spec.kind === 's3' ? spec.credentials : undefined
  let waiting: { readonly renew: boolean; give(credentials: PlainCredentials): void }[] = []
  line.onMessage(({ credentials, renew }) => {
    const served = waiting.filter((each) => renew || !each.renew)
    waiting = waiting.filter((each) => !served.includes(each))
    for (const { give } of served) give(credentials)
  })
  return async ({ signal, renew = false }: CredentialsIo): Promise<PlainCredentials> => {
    if (first !== undefined && !renew) {
      const given = first
      first = undefined
      return given
    }
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason ?? new AppError('cancelled', {}))
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      if (!waiting.some((each) => each.renew || !renew)) line.post({ kind: 'credentials-wanted', renew })
      const give = (credentials: PlainCredentials) => {
        signal.removeEventListener('abort', stop)
        resolve(credentials)
      }
      waiting.push({ renew, give })
    })
  }
}
