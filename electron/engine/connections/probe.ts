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
  publish: 'PutObject models/*',
  record: 'PutObject orbital/*',
  uploads: 'AbortMultipartUpload',
  conditional: 'If-None-Match',
  cleanup: 'DeleteObject orbital/*',
}
const order = ['list', 'read', 'publish', 'record', 'uploads', 'conditional', 'cleanup'] as const
/** For removing what the test wrote, when the test itself was cancelled. */
const cleanUpMs = 10_000

/**
 * What a person may do with a store, tried with real requests. What can't be removed again is not written, so the rights to remove come first, tried on
 * what isn't there: "not there" is a yes, "denied" a no.
 *  1. list: the first page below `models/`.
 *  2. read: a byte of a package that is listed, or of one that is missing.
 *  3. cleanup: DELETE of `orbital/probe/<random>.json`.
 *  4. record: that object is written; without 3, a part of an upload that never was is sent for it, which no store keeps.
 *  5. read again: that object. conditional: the same write once more must be refused. The object is deleted.
 *  6. uploads: an upload that never was is aborted below `models/` and `orbital/probe/`.
 *  7. publish: an upload is started there and looked at, its bytes never sent, and aborted; without 6, as in 4.
 *  8. Whatever happened: the object is deleted, the upload aborted.
 * A store that can't be reached or entered at all ends it with `failure`. `store` must be one without retries.
 */
export async function testConnection(
  target: { readonly connectionId: string; readonly location: Location },
  store: ObjectStore,
  deps: { readonly clock: Clock },
  io: Io,
): Promise<ConnectionReport> {
  const found = new Map<Permission, Check>()
  const say: Say = (permission, state, detail) => {
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
    ...(location.kind === 's3'
      ? { policy: describeLeastPolicy(location, 'publish'), readOnlyPolicy: describeLeastPolicy(location, 'read-only') }
      : {}),
  }
}

type Say = (permission: Permission, state: Check['state'], detail: string) => void

async function tryAll(store: ObjectStore, place: string, say: Say, io: Io): Promise<void> {
  const random = randomBytes(12).toString('hex')
  const note = `orbital/probe/${random}.json`
  const archive = `models/.orbital-probe-${random}/archive.gz`
  const left = { note: false, uploads: new Set<string>() }
  try {
    // 1
    const listed = await attempt('list', say, 'Packages can’t be listed', async () => {
      for await (const page of store.list('models/', io)) return page[0]?.key ?? ''
      return ''
    })
    if (listed !== undefined) say('list', 'allowed', `The packages in ${place} can be listed.`)
    // 2
    await tryRead(store, listed || archive, place, say, io)
    // 3
    const mayDelete = await attempt('cleanup', say, 'Orbital’s own notes can’t be removed again', async () => {
      await store.delete(note, io)
      return true
    })
    if (mayDelete) say('cleanup', 'allowed', 'Orbital’s own notes can be removed again.')
    // 4
    const mayRecord = await tryRecord(store, note, mayDelete === true, left, say, io)
    // 5
    if (mayRecord && left.note) {
      await tryRead(store, note, place, say, io)
      await tryAgain(store, note, say, io)
      await store.delete(note, io)
      left.note = false
    }
    // 6
    const mayAbort = await attempt('uploads', say, 'What an unfinished transfer leaves can’t be removed', async () => {
      // Whether the store copies is tried by an upload beside Orbital's notes.
      for (const key of [archive, note]) await store.abortUpload(key, neverWas, io)
      return true
    })
    // 7
    await tryPublish(store, archive, mayAbort === true, left.uploads, place, say, io)
  } finally {
    // 8
    const signal = AbortSignal.timeout(cleanUpMs)
    const rest = [...left.uploads].map((uploadId) => store.abortUpload(archive, uploadId, { signal }))
    // Where removing isn't allowed, the checks above have said so.
    await Promise.allSettled(left.note ? [...rest, store.delete(note, { signal })] : rest)
  }
}

/** Shaped like an upload's id, and nobody's. */
const neverWas = randomBytes(16).toString('hex')
const noteBytes = Buffer.from('{"probe": true}\n')

/** True when a part for an upload that never was is answered with "no such upload": the right to write, and nothing written. */
async function mayWrite(store: ObjectStore, key: string, io: Io): Promise<true> {
  try {
    await store.uploadPart(key, neverWas, 1, noteBytes, io)
  } catch (error) {
    if (!isAppError(error, 'upload-not-found')) throw error
  }
  return true
}

async function tryRecord(
  store: ObjectStore,
  note: string,
  mayDelete: boolean,
  left: { note: boolean },
  say: Say,
  io: Io,
): Promise<boolean> {
  const written = await attempt('record', say, 'Orbital’s own notes can’t be written', async () => {
    if (!mayDelete) return mayWrite(store, note, io)
    left.note = true
    await store.put(note, noteBytes, { ...io, condition: { ifNoneMatch: '*' } })
    return true
  })
  if (written) say('record', 'allowed', 'Orbital’s own notes, which keep publishers apart, can be written.')
  return written === true
}

async function tryPublish(
  store: ObjectStore,
  archive: string,
  mayAbort: boolean,
  uploads: Set<string>,
  place: string,
  say: Say,
  io: Io,
): Promise<void> {
  const refusal = 'Nothing can be published here'
  if (!mayAbort) {
    const written = await attempt('publish', say, refusal, () => mayWrite(store, archive, io))
    if (written) say('publish', 'allowed', `Packages can be written to ${place}.`)
    return
  }
  const uploadId = await attempt('publish', say, refusal, async () => (await store.createUpload(archive, io)).uploadId)
  if (uploadId === undefined) {
    say('uploads', 'not-tested', 'No upload could be started to try it with.')
    return
  }
  uploads.add(uploadId)
  say('publish', 'allowed', `Packages can be written to ${place}.`)
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['The parts of an unfinished upload can’t be listed', () => store.listParts(archive, uploadId, io)],
    ['Unfinished uploads can’t be listed', () => store.listUploads(archive, io)],
    ['An unfinished upload can’t be removed', () => store.abortUpload(archive, uploadId, io)],
  ]
  let areAllowed = true
  for (const [cannot, step] of steps) {
    const done = await attempt('uploads', say, cannot, async () => {
      await step()
      return true
    })
    areAllowed &&= done === true
  }
  if (!areAllowed) return
  uploads.delete(uploadId)
  say('uploads', 'allowed', 'A test upload was started, found and removed again.')
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

async function tryRead(store: ObjectStore, key: string, place: string, say: Say, io: Io): Promise<void> {
  const read = await attempt('read', say, 'Packages can’t be read', async () => {
    try {
      // A byte is enough, whatever its size.
      const { body } = await store.open(key, { ...io, range: { startOffset: 0, endOffset: 1 } })
      for await (const _ of body) break
    } catch (error) {
      if (!isAppError(error, 'object-not-found', 'object-changed')) throw error
    }
    return true
  })
  if (read) say('read', 'allowed', `The packages in ${place} can be read.`)
}

async function tryAgain(store: ObjectStore, key: string, say: Say, io: Io): Promise<void> {
  try {
    await store.put(key, noteBytes, { ...io, condition: { ifNoneMatch: '*' } })
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
