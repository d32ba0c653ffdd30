import path from 'node:path'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { packageInfo } from '../../../shared/model/package.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { OpenConnection } from '../ports.ts'

const count = z.number().int().min(0)

/**
 * What a publish transfer is given, plain JSON: all that is needed to start over after a restart. Two plans of the same things make
 * equal requests, so that publishing again goes on with what an earlier run sent.
 */
export const publishRequest = z.object({
  connectionId: z.string(),
  /** Which bucket or folder the connection was then; what was sent is there. Absent in journals of before it was noted. */
  place: z.string().optional(),
  /** For `.sputnik` files the archive is sent as it is; `files` is empty. */
  source: z.strictObject({ kind: z.enum(['folder', 'sputnik']), path: z.string() }),
  info: packageInfo,
  /** Folder inside the package that everything goes into; empty for none. */
  insideFolder: z.string(),
  /**
   * [path below the source, bytes, modified ms, inode] as they were when the folder was read, in the order of the archive. Any difference later is
   * `file-changed`. A row is short, since a journal of 200,000 of them must be read whole.
   */
  files: z.array(z.tuple([z.string(), count, z.number(), z.number()])),
  totalBytes: count,
  /** Bytes of the `.sputnik` file's archive, or as many as the archive of a folder can have at most. */
  maxArchiveBytes: count,
  publishedBy: z.string(),
})
export type PublishRequest = Readonly<z.infer<typeof publishRequest>>

/** A request as it comes back from a journal; `state-damaged` when it is none. */
export function readPublishRequest(value: unknown): PublishRequest {
  const parsed = publishRequest.safeParse(value)
  if (!parsed.success) throw new AppError('state-damaged', { path: 'publish request' }, parsed.error)
  return parsed.data
}

/** `connection-changed` when the connection leads to another place by now: what was sent lies in the one from before. */
export function requireSamePlace({ place }: PublishRequest, connection: OpenConnection): void {
  if (place !== undefined && place !== connection.place)
    throw new AppError('connection-changed', { connection: connection.name })
}

/** Rows of a request for files of a folder. */
export function rowsOf(files: readonly SourceFile[], insideFolder: string): PublishRequest['files'] {
  const skipped = insideFolder === '' ? 0 : insideFolder.length + 1
  return files.map(({ path: file, sizeBytes, modifiedMs, inode }) => [
    file.slice(skipped),
    sizeBytes,
    modifiedMs,
    inode,
  ])
}

/** The files of a request as they are read and packed. */
export function sourceFilesOf({
  source,
  files,
  insideFolder,
}: Pick<PublishRequest, 'source' | 'files' | 'insideFolder'>): SourceFile[] {
  const inside = insideFolder === '' ? '' : `${insideFolder}/`
  return files.map(([file, sizeBytes, modifiedMs, inode]) => ({
    path: inside + file,
    absolutePath: path.join(source.path, ...file.split('/')),
    sizeBytes,
    modifiedMs,
    inode,
  }))
}
