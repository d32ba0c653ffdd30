import * as z from 'zod'
import { type Connection, folderLocation, s3Location } from './connection.ts'

/**
 * A connection as it is given to a colleague: where the store is and how one signs in there, without any key and without files of this computer.
 * As JSON, so that it can be sent as a text or a file.
 */
const sharedConnection = z.strictObject({
  orbital: z.literal('connection'),
  format: z.literal(1),
  name: z.string().min(1).max(100),
  location: z.discriminatedUnion('kind', [
    s3Location.omit({ certificateFile: true, signIn: true }).extend({
      signIn: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('chain'), profile: z.string().max(128).optional() }),
        z.strictObject({ kind: z.literal('keys') }),
        z.strictObject({ kind: z.literal('anonymous') }),
      ]),
    }),
    folderLocation,
  ]),
})
export type SharedConnection = Readonly<z.infer<typeof sharedConnection>>

export function formatSharedConnection({ name, location }: Pick<Connection, 'name' | 'location'>): string {
  return `${JSON.stringify({ orbital: 'connection', format: 1, name, location: withoutKeys(location) }, null, 2)}\n`
}

function withoutKeys(location: Connection['location']): SharedConnection['location'] {
  if (location.kind === 'folder') return location
  const { certificateFile: _, signIn, ...rest } = location
  return { ...rest, signIn: signIn.kind === 'keys' ? { kind: 'keys' } : signIn }
}

const longestText = 16_384
/** A longer file is none. */
export const longestSharedBytes = 4 * longestText

/** Undefined for a text that is none. */
export function parseSharedConnection(text: string): SharedConnection | undefined {
  if (text.length > longestText) return undefined
  try {
    const found = sharedConnection.safeParse(JSON.parse(text))
    return found.success ? found.data : undefined
  } catch {
    return undefined
  }
}
