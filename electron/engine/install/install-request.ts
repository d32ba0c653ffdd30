import * as z from 'zod'
import { packageRef } from '../../../shared/model/package.ts'
import { reuse } from './reuse.ts'

/** All that an install needs to start over after a restart: what the journal's first record holds. */
export const installRequest = z.looseObject({
  source: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('connection'), connectionId: z.string() }),
    /** A `.sputnik` file. */
    z.strictObject({ kind: z.literal('file'), path: z.string() }),
  ]),
  ref: packageRef,
  libraryId: z.string(),
  /** Of the meta that was planned; another one is `object-changed`. */
  metaSha256: z.string(),
  /** Installs again over what is there, verified or not. */
  force: z.boolean(),
  /** Other versions of the package that go to trash afterwards. */
  toTrash: z.array(z.string()),
  /** `<name> <version>` */
  forApp: z.string().optional(),
  /** What is taken from this machine instead of fetched. */
  reuse: reuse.optional(),
})
export type InstallRequest = Readonly<z.infer<typeof installRequest>>
