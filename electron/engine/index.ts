import path from 'node:path'
import { AppError, toWire } from '../../shared/errors.ts'
import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { Announcer } from '../../shared/ipc/events.ts'
import type { Transfer } from '../../shared/model/transfer.ts'
import { isEnded } from '../../shared/model/transfer-standing.ts'
import { createCatalog } from './catalog/catalog.ts'
import { createConnections, placeOf } from './connections/connections.ts'
import { createEngineProcedures } from './engine-procedures.ts'
import { createInstallRunner } from './install/install.ts'
import { createInstallPlans } from './install/install-plans.ts'
import { createLibraries } from './libraries.ts'
import { createLeases, leasePlaceOf } from './library/leases.ts'
import { createLibrary, type Library } from './library/library.ts'
import { createLibraryWork } from './library/library-work.ts'
import { moveLease, refuseLinks } from './library/places.ts'
import { createMoveProcedures } from './move/move-procedures.ts'
import { createMoveRunner } from './move/move-runner.ts'
import { createMoveWork } from './move/move-work.ts'
import { createNewsOfOthers } from './news-of-others.ts'
import type { Clock, Disk, Io, Log, OpenConnection, SecretStore } from './ports.ts'
import { createPublishRunner } from './publish/publish.ts'
import { createPublishPlans } from './publish/publish-plans.ts'
import { createExportRunner } from './repair/export-runner.ts'
import { createRepairRunner } from './repair/repair-runner.ts'
import { createUpkeepReports } from './repair/upkeep-reports.ts'
import { createVerifyRunner } from './repair/verify-runner.ts'
import { createSettingsFile } from './settings.ts'
import { sweepHome } from './sweep-home.ts'
import { createTransferQueue } from './transfers/queue.ts'
import { isSame } from './transfers/transfer-entry.ts'
import { createUpkeepProcedures } from './upkeep-procedures.ts'
import { toldBy, watchedThings } from './watched-things.ts'

export interface EnginePorts {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly secrets: SecretStore
  readonly announcer: Announcer
  /** Told of a damaged file of Orbital's own: what could be read of it stays in use, and all of it is kept as `keptAs`. Absolute paths. */
  readonly onDamaged?: (file: string, keptAs: string) => void
}

export interface EngineConfig {
  /** Absolute; see home.ts. */
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly version: string
  /** Random, new for every engine. */
  readonly epoch: string
  /** The system's user name, for `publishedBy`. */
  readonly userName: string
  /** `app` and `web-host` adopt interrupted transfers at start and go on by themselves; `cli` only touches those it is asked for. */
  readonly role: 'app' | 'web-host' | 'cli'
  /** A folder that is the only (and default) library of this engine: the command line's `--library`. */
  readonly libraryPath?: string
  /** Folder of the sample package; published to the built-in registry at first start. */
  readonly samplePath?: string
}

export interface Engine {
  readonly api: EngineApi
  /** To be called when the computer wakes from sleep. */
  wake(): Promise<void>
  /** Pauses what runs so that it can be resumed, and frees everything. */
  stop(): Promise<void>
}

/** Wiring only. Resolves when the built-in registry is ready and interrupted transfers are listed. */
export async function createEngine(ports: EnginePorts, config: EngineConfig): Promise<Engine> {
  const { disk, clock, log, secrets } = ports
  const { onDamaged = () => {} } = ports
  const { home } = config
  const stopping = new AbortController()
  const io: Io = { signal: stopping.signal }
  const stateFolder = path.join(home, 'state')
  const publishJournals = path.join(stateFolder, 'transfers')
  const catalogFolder = path.join(stateFolder, 'catalog')
  const tool = `orbital ${config.version}`
  sweepHome({ disk, clock, log }, [home, stateFolder, catalogFolder])

  const news = createNewsOfOthers({
    clock,
    log,
    announcer: ports.announcer,
    toldBy,
    watched: () =>
      watchedThings({
        ...{ disk, settings, connections, catalog, libraries, announcer: ports.announcer },
        onSettingsChanged() {
          queue.limitsChanged()
          ports.announcer.change({ kind: 'settings.changed' })
        },
      }),
  })
  const { announcer } = news
  const settings = createSettingsFile({ disk, log, home, onDamaged })
  let isFirstStart = false
  // The sample is nobody's of this computer.
  const publisher = () =>
    isFirstStart ? 'Orbital' : config.env.ORBITAL_PUBLISHER || settings.get().publisherName || config.userName
  const connections = createConnections({
    home,
    disk,
    secrets,
    clock,
    log,
    env: config.env,
    onDamaged,
    certificateFile: () => settings.get().certificateFile || undefined,
  })
  const catalog = createCatalog({ disk, clock, log, announcer, folder: catalogFolder })

  const libraries = createLibraries<Library>({
    disk,
    settings,
    home,
    ...(config.libraryPath === undefined ? {} : { only: config.libraryPath }),
    open: ({ id, path: folder }) =>
      createLibrary({
        id,
        path: folder,
        disk,
        clock,
        log,
        work: createLibraryWork(),
        onChanged: () => announcer.change({ kind: 'installed.changed', libraryId: id }),
      }),
  })

  /** A transfer's runner closes its connection; the store behind it is shared. */
  const openShared = async (id: string): Promise<OpenConnection> => {
    const connection = await connections.open(id === '' ? undefined : id)
    return { ...connection, store: { ...connection.store, close: () => {} } }
  }
  const sourceDeps = { disk, connection: openShared, published: catalog.version }
  const newestVersion = async (connection: OpenConnection, name: string, io: Io) => {
    const { packages } = await catalog.list(connection, io)
    const version = packages.find((each) => each.name === name)?.versions[0]?.version
    return version === undefined ? undefined : (await catalog.version(connection, { name, version }, io)).manifest
  }
  const connectionsPerTransfer = () => settings.get().connectionsPerTransfer

  const reports = createUpkeepReports(disk, publishJournals)
  const ofLibrary = (id: string) => libraries.get(id).library

  const moveWork = createMoveWork()
  const runners = {
    verify: createVerifyRunner({ disk, clock, reports, library: ofLibrary }),
    repair: createRepairRunner({
      disk,
      clock,
      reports,
      library: ofLibrary,
      connection: (id) => openShared(id ?? ''),
      published: catalog.version,
    }),
    export: createExportRunner({ ...sourceDeps, clock, tool, publisher, library: ofLibrary }),
    move: createMoveRunner({
      disk,
      clock,
      work: moveWork,
      libraries,
      letGo: (journals) => queue.letGo(journals),
      takeAgain: (before, now) => queue.takeAgain(before, now),
      onMoved(libraryId) {
        announcer.change({ kind: 'libraries.changed' })
        announcer.change({ kind: 'installed.changed', libraryId })
      },
    }),
    install: createInstallRunner({
      ...sourceDeps,
      clock,
      library: ofLibrary,
      connections: connectionsPerTransfer,
    }),
    publish: createPublishRunner({
      disk,
      clock,
      openConnection: openShared,
      isThere: ({ connectionId, place }) =>
        connections
          .list()
          .some(({ id, location }) => id === connectionId && (place === undefined || placeOf(location) === place)),
      tool,
      partsInFlight: connectionsPerTransfer,
      newestVersion,
    }),
  }

  const leaseOf = (journalFolder: string) => {
    const { folder, name } = leasePlaceOf(journalFolder)
    return { leases: createLeases({ disk, clock, folder }), name }
  }
  const tellPublished = ({ kind, connectionId, ref }: Transfer) => {
    if (kind !== 'publish' || connectionId === undefined || ref === undefined) return
    catalog.expire(connectionId)
    announcer.change({ kind: 'package.published', connectionId, ...ref })
  }
  const queue = createTransferQueue({
    disk,
    clock,
    log,
    announcer,
    historyFolder: publishJournals,
    journalsOf: (id) => libraries.known().find(({ library }) => library.id === id)?.library.places.journals,
    runner: (kind) => runners[kind],
    transfersAtOnce: () => settings.get().transfersAtOnce,
    limitBytesPerSecond(kind) {
      const { uploadLimitBytesPerSecond, downloadLimitBytesPerSecond } = settings.get()
      return (kind === 'publish' ? uploadLimitBytesPerSecond : downloadLimitBytesPerSecond) || undefined
    },
    takesOver: config.role !== 'cli',
    goesOnByItself: config.role !== 'cli',
    isHeld(journalFolder) {
      const { leases, name } = leaseOf(journalFolder)
      return leases.isHeld(name)
    },
    isMoving: (journalFolder) => leaseOf(journalFolder).leases.isHeld(moveLease),
    takeLease(journalFolder, onLost) {
      const { leases, name } = leaseOf(journalFolder)
      const lease = leases.take(name, onLost)
      if (lease === undefined || !leases.isHeld(moveLease)) return lease
      // Its library is being moved, or about to be: whoever takes that lease looks for this one afterwards.
      lease.release()
      return undefined
    },
    onSucceeded: tellPublished,
    onEndedElsewhere(transfer) {
      if (transfer.state.kind === 'done') tellPublished(transfer)
      // Also where its news would tell: not every file system gives a folder another time when a name in it changes.
      const { libraryId } = transfer
      if (libraryId !== undefined && libraries.written().some(({ id }) => id === libraryId))
        announcer.change({ kind: 'installed.changed', libraryId })
    },
  })

  const opened = new Map<string, Promise<boolean>>()
  const libraryOf = async (id: string | undefined): Promise<Library> => {
    const { facts, library } = libraries.get(id)
    // On a drive that isn't there now an empty library must not be made in its place.
    if (!facts.available) {
      // Says what keeps it from being looked at.
      disk.facts(facts.path)
      throw new AppError('not-a-folder', { path: facts.path, use: 'library', name: facts.name })
    }
    let ready = opened.get(facts.path)
    if (ready === undefined) {
      ready = openLibrary(library)
      opened.set(facts.path, ready)
      // What kept it from being opened may be gone at the next call.
      const again = () => void opened.delete(facts.path)
      ready.then((isRecovered) => isRecovered || again(), again)
    }
    await ready
    return library
  }
  const writableOf = async (id: string | undefined): Promise<Library> => {
    const library = await libraryOf(id)
    if (library.leases.isHeld(moveLease)) throw new AppError('busy', { what: 'library', moving: true })
    return library
  }
  /** False: it is being moved, or a program held what a commit needs; recovered by whoever looks at it afterwards. */
  const openLibrary = async (library: Library): Promise<boolean> => {
    disk.makeFolder(library.places.root)
    refuseLinks(disk, library.places)
    const isMoving = library.leases.isHeld(moveLease)
    const isRecovered = !isMoving && !(await library.recover(io)).isHeld
    queue.adopt([library.places.journals])
    return isRecovered
  }

  const publishPlans = createPublishPlans({
    disk,
    clock,
    log,
    announcer,
    tool,
    publisher,
    ownFolders: () => [
      ...libraries.list().map(({ name, path }) => ({ kind: 'library' as const, name, path })),
      ...connections
        .list()
        .flatMap(({ name, location }) =>
          location.kind === 'folder'
            ? [{ kind: 'connection' as const, name, path: path.join(location.path, location.root ?? '') }]
            : [],
        ),
    ],
    async publishedVersions(connection, name, { signal, refresh }) {
      const { packages } = await catalog.list(connection, { signal, refresh })
      const versions = packages.find((each) => each.name === name)?.versions ?? []
      const newest = versions[0]
      if (newest === undefined) return { versions }
      const { manifest } = await catalog.version(connection, { name, version: newest.version }, { signal })
      return { versions, newest: manifest }
    },
  })
  const installPlans = createInstallPlans({
    ...sourceDeps,
    library(id) {
      const { facts, library } = libraries.get(id)
      return { library, oneVersionPerPackage: facts.oneVersionPerPackage }
    },
    libraries: libraries.known,
    begun() {
      const known = queue.list()
      return (libraryId, ref) => known.some((each) => isSame({ kind: 'install', ref, libraryId }, each))
    },
    apps: () => settings.get().apps,
  })

  const upkeep = createUpkeepProcedures({
    disk,
    clock,
    log,
    announcer,
    catalog,
    queue,
    reports,
    publishJournals,
    publisher,
    connection: (id) => connections.open(id),
    libraryOf,
    writableOf,
    stopping: stopping.signal,
  })
  const api = createEngineProcedures({
    upkeep,
    disk,
    clock,
    secrets,
    announcer,
    settings,
    connections,
    catalog,
    libraries,
    queue,
    publishPlans,
    installPlans,
    publishJournals,
    facts: { version: config.version, epoch: config.epoch, home, platform: config.platform },
    publisher,
    libraryOf,
    writableOf,
    move: createMoveProcedures({
      disk,
      queue,
      libraries,
      libraryOf,
      work: moveWork,
      journalParent: publishJournals,
      stopping: stopping.signal,
    }),
    stopping: stopping.signal,
  })

  queue.adopt([publishJournals])
  isFirstStart = true
  // Everything works without the sample, too.
  await publishSample(api, disk, config).catch((error) => log.write('warn', 'sample.not-published', toWire(error)))
  isFirstStart = false
  for (const { id, available } of libraries.list()) {
    if (!available) continue
    // One library that can't be opened must not keep the others from working.
    await libraryOf(id).catch((error: unknown) => log.write('warn', 'library.open', { library: id, ...toWire(error) }))
  }
  if (config.role !== 'cli') {
    news.begin()
    // A window is about to ask for it; the newest of a long one it can have before.
    const prepared = connections.open(undefined).then(catalog.prepare)
    prepared.catch((error: unknown) => log.write('debug', 'catalog.not-prepared', toWire(error)))
  }

  return {
    api,
    wake: queue.wake,
    async stop() {
      news.stop()
      stopping.abort(new AppError('cancelled', {}))
      await queue.stop()
      await publishPlans.close()
      await catalog.close(5_000)
      connections.close()
    },
  }
}

/** At first start the built-in registry gets one small, real model, so that everything can be tried with no account. */
async function publishSample(api: EngineApi, disk: Disk, { home, samplePath }: EngineConfig): Promise<void> {
  if (samplePath === undefined || hasVersions(disk, path.join(home, 'registry', 'models'))) return
  if (disk.facts(samplePath) === undefined) return
  const plan = await api.publish.plan({ connectionId: 'local', path: samplePath })
  const { transferId } = await api.publish.start({ planId: plan.planId })
  await api.transfers.wait({ id: transferId })
  // Nobody here did that: the history starts empty. Another process of this home may be at work already.
  const ended = (await api.transfers.list({})).filter(({ state }) => isEnded(state))
  if (ended.every(({ id }) => id === transferId)) await api.transfers.clearHistory({})
}

/** A first start that was killed may have left a version without its meta.json: it is gone on with. */
const hasVersions = (disk: Disk, models: string): boolean =>
  disk.facts(models) !== undefined &&
  disk.entries(models).some(({ name }) => disk.facts(path.join(models, name, 'meta.json')) !== undefined)
