import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import {
  type Connection,
  type ConnectionReport,
  connectionId,
  type Location,
  type NewConnection,
  type SignedIn,
  type SignInSource,
} from '../../../shared/model/connection.ts'
import { createPlainStore, createStore } from '../object-store/create-store.ts'
import type {
  Clock,
  Disk,
  Io,
  Log,
  NetworkSpec,
  ObjectStore,
  OpenConnection,
  PlainCredentials,
  SecretStore,
  StoreSpec,
} from '../ports.ts'
import { checkCertificates, checkLocation, checkReadable } from './check-location.ts'
import { createConnectionFile, type StoredConnection, type StoredConnections } from './connection-file.ts'
import { connectionNotFound, environmentId, isReserved, localId, makeConnectionId } from './connection-ids.ts'
import { createCredentials } from './credentials.ts'
import { type Environment, readEnvironmentPlace } from './environment.ts'
import { readNetwork } from './network.ts'
import { testConnection } from './probe.ts'

/**
 * The connections of a home: the built-in registry (`local`), the one of the environment (`env`), and those of a person, whose keys lie in
 * the secret store. The default is `env` where there is one, else the marked one, else `local`; the first one added is marked. A `BUCKET` that can't be
 * used leaves no default: what would go there is refused (`usage`).
 */
export interface Connections {
  list(): readonly Connection[]
  /** What keeps the connection of the environment from being used: the variable and what is wrong with it, never its value. */
  environmentProblem(): string | undefined
  /** The default one where no id is given; `connection-not-found`, `usage`. */
  get(id: string | undefined): Connection
  add(input: NewConnection): Promise<Connection>
  /** Without a new secret the stored one stays. */
  update(id: string, input: NewConnection): Promise<Connection>
  remove(id: string): Promise<void>
  setDefault(id: string): void
  /** One store a connection, shared by all who open it. Nothing is asked of the store yet. */
  open(id: string | undefined): Promise<OpenConnection>
  test(input: { readonly id: string } | { readonly candidate: NewConnection }, io: Io): Promise<ConnectionReport>
  /** `usage` or `file-unreadable` for a file that holds no certificate authorities. */
  checkCertificates(file: string): void
  /** Frees the sockets of all that were opened. */
  close(): void
}

export interface ConnectionsDeps {
  readonly home: string
  readonly disk: Disk
  readonly secrets: SecretStore
  readonly clock: Clock
  readonly log: Log
  readonly env: Environment
  readonly onDamaged?: (file: string, keptAs: string) => void
  /** A file of certificate authorities for every store, as the settings have it now. */
  readonly certificateFile?: () => string | undefined
  /** Sockets for bodies, per connection (two more serve small requests). */
  readonly settings?: { readonly connections?: number; readonly stallMs?: number }
}

type Entry = StoredConnection & { readonly origin: Connection['origin'] }

const defaultSockets = 16

export function createConnections(deps: ConnectionsDeps): Connections {
  const { disk, secrets, clock, log, env, home } = deps
  const file = createConnectionFile(deps)
  const opened = new Map<string, { readonly mark: string; readonly connection: OpenConnection }>()
  /** Ids of connections whose secret is being stored. */
  const adding = new Set<string>()
  const replaced: ObjectStore[] = []

  const local: Entry = {
    id: localId,
    name: 'This computer',
    location: { kind: 'folder', path: path.join(home, 'registry'), root: '' },
    origin: 'built-in',
  }
  const place = readEnvironmentPlace(env, disk, log)
  const environmentProblem = place !== undefined && 'problem' in place ? place.problem : undefined
  const environment: readonly Entry[] =
    place === undefined || 'problem' in place
      ? []
      : [{ id: environmentId, name: nameOf(place.location), location: place.location, origin: 'environment' }]

  const entriesOf = (stored: StoredConnections): readonly Entry[] => [
    local,
    ...environment,
    ...stored.connections.map((each) => ({ ...each, origin: 'person' as const })),
  ]
  const defaultOf = ({ defaultId }: StoredConnections, entries: readonly Entry[]): string => {
    // Also where it can't be used: nothing may go anywhere else than BUCKET says.
    if (place !== undefined) return environmentId
    return entries.some(({ id }) => id === defaultId) ? (defaultId ?? localId) : localId
  }
  const list = (): readonly Connection[] => {
    const stored = file.read()
    const entries = entriesOf(stored)
    const chosen = defaultOf(stored, entries)
    return entries.map((entry) => ({ ...entry, isDefault: entry.id === chosen }))
  }
  const get = (id: string | undefined): Connection => {
    const all = list()
    const found = all.find((each) => (id === undefined ? each.isDefault : each.id === id))
    if (found !== undefined) return found
    if (environmentProblem !== undefined && (id === undefined || id === environmentId))
      throw new AppError('usage', { problem: environmentProblem })
    throw connectionNotFound(id ?? '', all)
  }
  const requireOwn = (id: string): void => {
    if (isReserved(id)) {
      throw new AppError('usage', { problem: `The connection “${id}” is built in and can’t be changed.` })
    }
    const own = file.read().connections
    if (!own.some((each) => each.id === id)) throw connectionNotFound(id, own)
  }
  /** Running transfers keep the store they have; it is freed at the end. */
  const forget = (id: string) => {
    const open = opened.get(id)
    if (open !== undefined) replaced.push(open.connection.store)
    opened.delete(id)
  }

  /** A stored secret is for the address and the key id that it was typed for: nobody can have it sent elsewhere. */
  const mayUseStored = (id: string, wanted: Location): boolean => {
    const before = file.read().connections.find((each) => each.id === id)?.location
    if (before?.kind !== 's3' || wanted.kind !== 's3' || before.endpoint !== wanted.endpoint) return false
    const [was, is] = [before.signIn, wanted.signIn]
    return was.kind === 'keys' && is.kind === 'keys' && was.accessKeyId === is.accessKeyId
  }

  const add = async (input: NewConnection): Promise<Connection> => {
    checkLocation(input.location, disk)
    checkReadable(input.location, disk)
    const isTaken = (id: string) => adding.has(id) || file.read().connections.some((each) => each.id === id)
    const id = input.id ?? makeConnectionId(input.name, isTaken)
    if (!connectionId.safeParse(id).success) {
      throw new AppError('usage', { problem: 'An id has 1 to 32 small letters, digits and dashes.' })
    }
    if (isReserved(id)) throw new AppError('usage', { problem: `The id “${id}” is kept for a built-in connection.` })
    if (isTaken(id)) throw new AppError('already-exists', { what: `connection ${id}` })
    // The secret first: a connection that is listed can be used.
    const secret = secretOf(input)
    if (signsWithKeys(input.location)) {
      if (secret === undefined)
        throw new AppError('usage', { problem: 'A secret access key is needed beside the access key id.' })
      adding.add(id)
      await secrets.set(id, secret, { agreed: input.storeSecret }).finally(() => adding.delete(id))
    }
    file.change((stored) => {
      // Another process may have added it meanwhile.
      if (stored.connections.some((each) => each.id === id))
        throw new AppError('already-exists', { what: `connection ${id}` })
      const isFirst = stored.connections.length === 0 && stored.defaultId === undefined
      return {
        ...stored,
        ...(isFirst ? { defaultId: id } : {}),
        connections: [...stored.connections, { id, name: input.name, location: input.location }],
      }
    })
    return get(id)
  }

  const update = async (id: string, input: NewConnection): Promise<Connection> => {
    requireOwn(id)
    checkLocation(input.location, disk)
    checkReadable(input.location, disk)
    const needsSecret = signsWithKeys(input.location)
    const secret = secretOf(input)
    if (needsSecret && secret === undefined && !mayUseStored(id, input.location))
      throw new AppError('usage', { problem: 'Another address or access key id needs its secret access key.' })
    if (secret !== undefined && needsSecret) await secrets.set(id, secret, { agreed: input.storeSecret })
    const changed = { id, name: input.name, location: input.location }
    file.change((stored) => {
      requireOwn(id)
      return { ...stored, connections: stored.connections.map((each) => (each.id === id ? changed : each)) }
    })
    if (!needsSecret) await secrets.delete(id)
    forget(id)
    return get(id)
  }

  const remove = async (id: string): Promise<void> => {
    file.change(({ defaultId, connections }) => {
      requireOwn(id)
      return {
        ...(defaultId === undefined || defaultId === id ? {} : { defaultId }),
        connections: connections.filter((each) => each.id !== id),
      }
    })
    await secrets.delete(id)
    forget(id)
  }

  const networkOf = (location: Location): NetworkSpec => readNetwork(env, location, disk, deps.certificateFile?.())
  const specOf = (location: Location, credentials: PlainCredentials): StoreSpec => {
    if (location.kind === 'folder') return { kind: 'folder', path: location.path, root: rootOf(location) }
    const { endpoint, region, addressing } = location
    return {
      kind: 's3',
      bucket: location.bucket,
      root: rootOf(location),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      ...(addressing === undefined ? {} : { addressing }),
      network: networkOf(location),
      credentials,
      connections: deps.settings?.connections ?? defaultSockets,
    }
  }

  /** How a connection's store is made; its own requests are signed by the provider, whatever the spec says. */
  const prepare = (
    entry: { readonly id: string; readonly name: string; readonly location: Location },
    from: Pick<SecretStore, 'get'>,
    onFound?: (source: SignInSource) => void,
  ) => {
    const { id, name, location } = entry
    const signIn = location.kind === 's3' ? location.signIn : ({ kind: 'anonymous' } as const)
    const credentials = createCredentials(
      { id, name, signIn },
      { disk, clock, secrets: from, env, network: networkOf(location), ...(onFound === undefined ? {} : { onFound }) },
    )
    const stallMs = deps.settings?.stallMs
    return {
      credentials,
      // Only its kind counts here.
      spec: specOf(location, signIn.kind === 'anonymous' ? { kind: 'anonymous' } : noKeys),
      storeDeps: { disk, clock, log, credentials, connectionName: name, ...(stallMs === undefined ? {} : { stallMs }) },
    }
  }

  const open = async (id: string | undefined): Promise<OpenConnection> => {
    const entry = get(id)
    // Another process may have changed what stands under this id, and the settings which authorities are trusted.
    const mark = JSON.stringify([entry.name, entry.location, deps.certificateFile?.()])
    const known = opened.get(entry.id)
    if (known?.mark === mark) return known.connection
    forget(entry.id)
    if (entry.origin === 'built-in' && entry.location.kind === 'folder') disk.makeFolder(entry.location.path)
    const { credentials, spec, storeDeps } = prepare(entry, secrets)
    const connection: OpenConnection = {
      id: entry.id,
      name: entry.name,
      place: placeOf(entry.location),
      store: createStore(spec, storeDeps),
      spec: async (io) => specOf(entry.location, await credentials(io)),
    }
    opened.set(entry.id, { mark, connection })
    return connection
  }

  const test: Connections['test'] = async (input, io) => {
    const candidate = 'candidate' in input ? input.candidate : undefined
    const entry =
      candidate === undefined ? get('id' in input ? input.id : undefined) : { ...candidate, id: candidate.id ?? '' }
    checkLocation(entry.location, disk)
    if (entry.id === localId) disk.makeFolder(local.location.kind === 'folder' ? local.location.path : home)
    const typed = candidate === undefined ? undefined : secretOf(candidate)
    const isStored = candidate === undefined || mayUseStored(entry.id, entry.location)
    const from = typed === undefined && isStored ? secrets : { get: async () => typed }
    let source: SignInSource | undefined
    const { credentials, spec, storeDeps } = prepare(entry, from, (found) => {
      source = found
    })
    const store = createPlainStore(spec, storeDeps)
    try {
      const location = { ...entry.location, root: rootOf(entry.location) }
      const report = await testConnection({ connectionId: entry.id, location }, store, { clock }, io)
      // A sign-in that has run out meanwhile is the report's failure already.
      const signedIn = source && describeSignIn(source, await credentials(io).catch(() => noKeys))
      const region = location.kind === 's3' && location.endpoint === undefined ? store.region?.() : undefined
      return { ...report, ...(signedIn === undefined ? {} : { signedIn }), ...(region === undefined ? {} : { region }) }
    } finally {
      store.close()
    }
  }

  return {
    list,
    environmentProblem: () => environmentProblem,
    get,
    add,
    update,
    remove,
    setDefault(id) {
      checkReadable(get(id).location, disk)
      file.change((stored) => ({ ...stored, defaultId: id }))
    },
    open,
    test,
    checkCertificates: (certificates) => checkCertificates(certificates, disk),
    close() {
      for (const { connection } of opened.values()) connection.store.close()
      for (const store of replaced) store.close()
      opened.clear()
      replaced.length = 0
    },
  }
}

const noKeys: PlainCredentials = { kind: 'keys', accessKeyId: '', secretAccessKey: '' }

function describeSignIn(source: SignInSource, credentials: PlainCredentials): SignedIn | undefined {
  if (credentials.kind === 'anonymous' || credentials.accessKeyId === '') return undefined
  const { accessKeyId, expiresAtMs } = credentials
  return {
    ...source,
    accessKeyId,
    ...(expiresAtMs === undefined ? {} : { until: new Date(expiresAtMs).toISOString() }),
  }
}

const nameOf = (location: Location): string => (location.kind === 's3' ? location.bucket.slice(0, 100) : location.path)

const signsWithKeys = (location: Location): boolean => location.kind === 's3' && location.signIn.kind === 'keys'

/** Which bucket or folder a location is, however it is reached and signed in to. */
export const placeOf = (location: Location): string =>
  location.kind === 'folder'
    ? JSON.stringify([location.path, rootOf(location)])
    : JSON.stringify([location.endpoint ?? '', location.bucket, rootOf(location)])

const rootOf = ({ root }: Location): string => (root === '' || root.endsWith('/') ? root : `${root}/`)

function secretOf({ secretAccessKey, sessionToken }: NewConnection): Readonly<Record<string, string>> | undefined {
  if (secretAccessKey === undefined || secretAccessKey === '') return undefined
  return { secretAccessKey, ...(sessionToken === undefined || sessionToken === '' ? {} : { sessionToken }) }
}
