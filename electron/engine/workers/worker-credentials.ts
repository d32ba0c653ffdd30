import { AppError, toWire, type WireError } from '../../../shared/errors.ts'
import type { Io, OpenConnection, PlainCredentials } from '../ports.ts'

/** How a thread with a store of its own gets a fresh sign-in from the engine. */
export interface CredentialsWanted {
  readonly kind: 'credentials-wanted'
  /** The store has refused the last ones. */
  readonly renew: boolean
}
export type CredentialsAnswer =
  | { readonly kind: 'credentials'; readonly credentials: PlainCredentials }
  | { readonly kind: 'no-credentials'; readonly error: WireError }

/** The thread's side. */
export function createCredentialsAsker(context: {
  post(message: CredentialsWanted): void
  onMessage(handler: (message: CredentialsAnswer) => void): void
}): (io: Io & { readonly renew?: boolean }) => Promise<PlainCredentials> {
  const wanted: { resolve(found: PlainCredentials): void; reject(error: unknown): void }[] = []
  context.onMessage((message) => {
    for (const { resolve, reject } of wanted.splice(0)) {
      if (message.kind === 'credentials') resolve(message.credentials)
      else reject(new AppError(message.error.code, message.error.details as never))
    }
  })
  return ({ renew = false }) =>
    new Promise((resolve, reject) => {
      wanted.push({ resolve, reject })
      context.post({ kind: 'credentials-wanted', renew })
    })
}

/** The engine's side. */
export async function answerCredentials(
  worker: { post(message: CredentialsAnswer): void },
  connection: OpenConnection,
  io: Io & { readonly renew: boolean },
): Promise<void> {
  try {
    const spec = await connection.spec(io)
    worker.post({ kind: 'credentials', credentials: spec.kind === 's3' ? spec.credentials : { kind: 'anonymous' } })
  } catch (error) {
    worker.post({ kind: 'no-credentials', error: toWire(error) })
  }
}
