import type { PlainCredentials } from '../ports.ts'

/** Credentials as AWS's providers give them. */
export interface Identity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

export const keysOf = ({ accessKeyId, secretAccessKey, sessionToken, expiration }: Identity): PlainCredentials => ({
  kind: 'keys',
  accessKeyId,
  secretAccessKey,
  ...(sessionToken === undefined || sessionToken === '' ? {} : { sessionToken }),
  ...(expiration === undefined ? {} : { expiresAtMs: expiration.getTime() }),
})
