import type { ObjectFacts, ObjectHead } from '../ports.ts'
import { hashObject } from './hash-source.ts'
import type { PublishContext } from './publish-context.ts'

/** What an archive.gz must be to be the one that a meta or a seal tells of. */
export interface Archive {
  /** Absent where an old tool published. */
  readonly transaction?: string | undefined
  readonly sizeBytes: number
  readonly md5: string
}

/** Metadata of an upload that tells whose archive it becomes. */
export const transactionField = 'orbital-transaction'

/**
 * True when the object found is that archive: by its transaction and size where both carry one; else by its md5, from what the store says
 * (`x-amz-meta-md5`, or an ETag that is one), or from its bytes.
 */
export async function archiveBelongs(
  context: PublishContext,
  head: ObjectHead | undefined,
  archive: Archive,
): Promise<boolean> {
  if (head === undefined || head.sizeBytes !== archive.sizeBytes) return false
  const transaction = head.metadata[transactionField]
  if (transaction !== undefined && archive.transaction !== undefined) return transaction === archive.transaction
  return (await md5Of(context, head)) === archive.md5
}

async function md5Of(context: PublishContext, head: ObjectHead): Promise<string> {
  const told = head.metadata.md5?.toLowerCase() ?? (context.store.keepsMetadata ? md5OfEtag(head.etag) : undefined)
  if (told !== undefined) return told
  const known = context.archiveMd5s.get(stampOf(head))
  if (known !== undefined) return known
  context.task.enter({ kind: 'verifying' })
  const md5 = await hashObject(context.startWorker, context.connection, head.key, context.io)
  context.archiveMd5s.set(stampOf(head), md5)
  return md5
}

/** What an upload of this run became, whose md5 is known, where the store told. */
export function noteArchive(context: PublishContext, facts: ObjectFacts | undefined, md5: string): void {
  if (facts !== undefined) context.archiveMd5s.set(stampOf(facts), md5)
}

const stampOf = (head: ObjectFacts): string => `${head.etag} ${head.sizeBytes} ${head.modifiedMs}`

function md5OfEtag(etag: string): string | undefined {
  return /^"?([0-9a-f]{32})"?$/i.exec(etag)?.[1]?.toLowerCase()
}
