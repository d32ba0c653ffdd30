import { AppError, fromWire, toWire, type WireError } from '../../../shared/errors.ts'
import type { CredentialsIo, Io, OpenConnection, PlainCredentials, StoreSpec } from '../ports.ts'

/** From a thread with a store of its own: it needs credentials; with `renew` others than the last ones, which the store refused. */
export interface CredentialsWanted {
  readonly kind: 'credentials-wanted'
  readonly renew: boolean
}
/** To the thread. `renew` as it was asked: credentials fetched anew serve everybody who waits, others only those who weren't refused. */
export type CredentialsAnswer =
  | { readonly kind: 'credentials'; readonly credentials: PlainCredentials; readonly renew: boolean }
  | { readonly kind: 'no-credentials'; readonly error: WireError; readonly renew: boolean }

interface Waiting {
  readonly renew: boolean
  give(credentials: PlainCredentials): void
  refuse(error: unknown): void
}

/** The thread's side: `ask` gives first the credentials of the spec, then what the engine answers; `hear` takes those answers. */
export function createCredentialsAsker(spec: StoreSpec, post: (message: CredentialsWanted) => void) {
  let first = spec.kind === 's3' ? spec.credentials : undefined
  let waiting: readonly Waiting[] = []
  const takeOut = (isServed: (each: Waiting) => boolean): readonly Waiting[] => {
    const served = waiting.filter(isServed)
    waiting = waiting.filter((each) => !isServed(each))
    return served
  }
  return {
    async ask({ signal, renew = false }: CredentialsIo): Promise<PlainCredentials> {
      if (first !== undefined && !renew) {
        const given = first
        first = undefined
        return given
      }
      return new Promise((resolve, reject) => {
        const stop = () => {
          takeOut((each) => each === own)
          reject(signal.reason ?? new AppError('cancelled', {}))
        }
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            signal.removeEventListener('abort', stop)
            settle(value)
          }
        const own: Waiting = { renew, give: settled(resolve), refuse: settled(reject) }
        if (signal.aborted) return stop()
        signal.addEventListener('abort', stop, { once: true })
        const isAsked = waiting.some((each) => each.renew === renew)
        waiting = [...waiting, own]
        if (!isAsked) post({ kind: 'credentials-wanted', renew })
      })
    },
    hear(answer: CredentialsAnswer): void {
      if (answer.kind === 'credentials')
        for (const { give } of takeOut((each) => answer.renew || !each.renew)) give(answer.credentials)
      else for (const { refuse } of takeOut((each) => each.renew === answer.renew)) refuse(fromWire(answer.error))
    },
  }
}

/** The engine's side: answers one `CredentialsWanted`, whatever comes of it. */
export async function answerCredentials(
  worker: { post(message: CredentialsAnswer): void },
  credentials: (io: CredentialsIo) => Promise<PlainCredentials>,
  { signal, renew }: Io & { readonly renew: boolean },
): Promise<void> {
  try {
    worker.post({ kind: 'credentials', credentials: await credentials({ signal, renew }), renew })
  } catch (error) {
    worker.post({ kind: 'no-credentials', error: toWire(error), renew })
  }
}

/** The credentials of a connection, for `answerCredentials`. */
export const credentialsOf =
  (connection: Pick<OpenConnection, 'spec'>) =>
  async (io: CredentialsIo): Promise<PlainCredentials> => {
    const spec = await connection.spec(io)
    return spec.kind === 's3' ? spec.credentials : { kind: 'anonymous' }
  }
