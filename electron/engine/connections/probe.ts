import { randomBytes } from 'node:crypto'
import { type AppError, assertNever, isAppError, toAppError, toWire } from '../../../shared/errors.ts'
import type { ConnectionReport, Location } from '../../../shared/model/connection.ts'
import type { Clock, Io, ObjectStore } from '../ports.ts'
import { describeLeastPolicy } from './policy.ts'

type Check = ConnectionReport['checks'][number]
type Permission = Check['permission']

const technicalNames: Readonly<Record<Permission, string>> = {
  list: 'ListBucket',
  read: 'GetObject',
  publish: 'PutObject',
  conditional: 'If-None-Match',
  cleanup: 'AbortMultipartUpload',
}
const order = ['list', 'read', 'publish', 'conditional', 'cleanup'] as const
/** For removing what the test wrote, when the test itself was cancelled. */
const cleanUpMs = 10_000

/**
 * What a person may do with a store, tried with real requests:
 *  1. list: the first page below `models/`.
 *  2. publish: a small object `orbital/probe/<random>.json`, written where nothing is.
 *  3. read: that object; where writing isn't allowed, one that is listed, or one that is missing (a clear "not there" is a right to read).
 *  4. conditional: the same write again must be refused.
 *  5. cleanup: an upload is started and aborted, the object deleted.
 *  6. Whatever happened: the object is deleted, the upload aborted.
 * A store that can't be reached or entered at all ends it with `failure`. `store` must be one without retries.
 */
export async function testConnection(
  target: { readonly connectionId: string; readonly location: Location },
  store: ObjectStore,
  deps: { readonly clock: Clock },
  io: Io,
): Promise<ConnectionReport> {
  const found = new Map<Permission, Check>()
  const say = (permission: Permission, state: Check['state'], detail: string) => {
    found.set(permission, { permission, state, detail, technicalName: technicalNames[permission] })
  }
  const { location } = target
  const place = location.kind === 'folder' ? 'the folder' : 'the bucket'
  let failure: AppError | undefined
  try {
    await tryAll(store, place, say, io)
  } catch (error) {
    failure = toAppError(error)
    if (failure.code === 'cancelled') throw failure
  }
  for (const permission of order) {
    if (!found.has(permission)) say(permission, 'not-tested', 'Not tried.')
  }
  return {
    connectionId: target.connectionId,
    testedAt: new Date(deps.clock.now()).toISOString(),
    checks: order.flatMap((permission) => found.get(permission) ?? []),
    ...(failure === undefined ? {} : { failure: toWire(failure) }),
    ...(location.kind === 's3' ? { policy: describeLeastPolicy(location.bucket, location.root) } : {}),
  }
}

type Say = (permission: Permission, state: Check['state'], detail: string) => void

async function tryAll(store: ObjectStore, place: string, say: Say, io: Io): Promise<void> {
  const key = `orbital/probe/${randomBytes(12).toString('hex')}.json`
  const bytes = Buffer.from('{"probe": true}\n')
  const uploadIds: string[] = []
  let mayBeThere = false
  try {
    // 1
    const listed = await attempt('list', say, 'Packages can’t be listed', async () => {
      for await (const page of store.list('models/', io)) return page[0]?.key ?? ''
      return ''
    })
    if (listed !== undefined) say('list', 'allowed', `The packages in ${place} can be listed.`)
    // 2
    mayBeThere = true
    const written = await attempt('publish', say, 'Nothing can be published here', async () => {
      await store.put(key, bytes, { ...io, condition: { ifNoneMatch: '*' } })
      return true
    })
    if (written) say('publish', 'allowed', `A small test file was written to ${place}.`)
    // 3
    await tryRead(store, written ? key : listed || undefined, place, say, io)
    if (!written) return
    // 4
    await tryAgain(store, key, bytes, say, io)
    // 5
    const cleaned = await attempt('cleanup', say, 'What an unfinished transfer leaves can’t be removed', async () => {
      const { uploadId } = await store.createUpload(key, io)
      uploadIds.push(uploadId)
      await store.abortUpload(key, uploadId, io)
      uploadIds.pop()
      await store.delete(key, io)
      mayBeThere = false
      return true
    })
    if (cleaned) say('cleanup', 'allowed', 'A test upload was started and removed again.')
  } finally {
    // 6
    const signal = AbortSignal.timeout(cleanUpMs)
    const rest = uploadIds.map((uploadId) => store.abortUpload(key, uploadId, { signal }))
    // Where deleting isn't allowed, the check above has said so.
    await Promise.allSettled(mayBeThere ? [...rest, store.delete(key, { signal })] : rest)
  }
}

/** Undefined when it is refused; what makes every further try vain is thrown. */
async function attempt<T>(
  permission: Permission,
  say: Say,
  refusal: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const appError = toAppError(error)
    const outcome = outcomeOf(appError, permission)
    switch (outcome) {
      case 'fatal':
        say(permission, 'failed', 'The store could not be used.')
        throw appError
      case 'refused':
        say(permission, 'not-allowed', `${refusal}: this sign-in is not allowed to.`)
        return undefined
      case 'odd':
        say(permission, 'failed', `${refusal}: the store answered in an unexpected way.`)
        return undefined
      default:
        return assertNever(outcome)
    }
  }
}

function outcomeOf({ code }: AppError, permission: Permission): 'fatal' | 'refused' | 'odd' {
  switch (code) {
    case 'access-denied':
    case 'disk-denied':
    case 'file-unreadable':
    case 'folder-unreadable':
      return 'refused'
    case 'precondition-failed':
    case 'upload-not-found':
    case 'upload-refused':
    case 'object-not-found':
      return 'odd'
    // Something else than a store answers the very first request so; later it is a request that this store doesn't know.
    case 'store-answer':
      return permission === 'list' ? 'fatal' : 'odd'
    default:
      return 'fatal'
  }
}

async function tryRead(store: ObjectStore, key: string | undefined, place: string, say: Say, io: Io): Promise<void> {
  const target = key ?? `orbital/probe/${randomBytes(12).toString('hex')}.json`
  const read = await attempt('read', say, 'Packages can’t be read', async () => {
    try {
      // A byte is enough, whatever its size.
      const { body } = await store.open(target, { ...io, range: { startOffset: 0, endOffset: 1 } })
      for await (const _ of body) break
    } catch (error) {
      if (!isAppError(error, 'object-not-found', 'object-changed')) throw error
    }
    return true
  })
  if (read) say('read', 'allowed', `The packages in ${place} can be read.`)
}

async function tryAgain(store: ObjectStore, key: string, bytes: Uint8Array, say: Say, io: Io): Promise<void> {
  try {
    await store.put(key, bytes, { ...io, condition: { ifNoneMatch: '*' } })
    say(
      'conditional',
      'not-allowed',
      'Two people who publish one version at the same moment can overwrite each other here.',
    )
  } catch (error) {
    if (isAppError(error, 'precondition-failed')) {
      say('conditional', 'allowed', 'A version that is published can’t be overwritten by accident.')
    } else if (isAppError(error, 'store-answer')) {
      say('conditional', 'not-allowed', 'The store can’t protect a version from being overwritten at the same moment.')
    } else {
      throw error
    }
  }
}
