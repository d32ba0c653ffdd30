import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { packageInfo } from '../../../shared/model/package.ts'

const count = z.number().int().min(0)

/**
 * What a publish transfer is given, plain JSON: all that is needed to start over after a restart. Two plans of the same things make
 * equal requests, so that publishing again goes on with what an earlier run sent.
 */
export const publishRequest = z.strictObject({
  connectionId: z.string(),
  /** For `.sputnik` files the archive is sent as it is; `files` is empty. */
  source: z.strictObject({ kind: z.enum(['folder', 'sputnik']), path: z.string() }),
  info: packageInfo,
  /** In the order of the archive. As they were when the folder was read; any difference later is `file-changed`. */
  files: z.array(
    z.strictObject({
      path: z.string(),
      absolutePath: z.string(),
      sizeBytes: count,
      modifiedMs: z.number(),
      inode: z.number(),
    }),
  ),
  totalBytes: count,
  /** Bytes of the `.sputnik` file's archive, or as many as the archive of a folder can have at most. */
  maxArchiveBytes: count,
  publishedBy: z.string(),
})
export type PublishRequest = Readonly<z.infer<typeof publishRequest>>
export type PublishFile = PublishRequest['files'][number]

/** A request as it comes back from a journal; `state-damaged` when it is none. */
export function readPublishRequest(value: unknown): PublishRequest {
  const parsed = publishRequest.safeParse(value)
  if (!parsed.success) throw new AppError('state-damaged', { path: 'publish request' }, parsed.error)
  return parsed.data
}
