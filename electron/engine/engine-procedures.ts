import { AppError, isAppError } from '../../shared/errors.ts'
import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { Announcer } from '../../shared/ipc/events.ts'
import type { CallOptions } from '../../shared/ipc/procedure.ts'
import { completeConnection } from '../../shared/model/connection.ts'
import { compareVersions } from '../../shared/model/constraint.ts'
import type { PackageRef } from '../../shared/model/package.ts'
import type { Transfer } from '../../shared/model/transfer.ts'
import { isRunning, nameOf } from '../../shared/model/transfer-standing.ts'
import { requireAbsolute } from './absolute-path.ts'
import type { Catalog } from './catalog/catalog.ts'
import { createListMemory } from './catalog/list-changes.ts'
import { resolveSpec } from './catalog/resolve.ts'
import { createCatalogProcedures } from './catalog-procedures.ts'
import type { Connections } from './connections/connections.ts'
import { writeDiagnostics } from './diagnostics.ts'
import type { InstallPlans } from './install/install-plans.ts'
import type { Libraries } from './libraries.ts'
import type { Library } from './library/library.ts'
import type { Clock, Disk, Io, SecretStore } from './ports.ts'
import { defaultPreviewBytes, fileOf, previewInstalled } from './preview/preview.ts'
import type { PublishPlans } from './publish/publish-plans.ts'
import type { SettingsFile } from './settings.ts'
import type { TransferQueue } from './transfers/queue-contract.ts'
import type { createUpkeepProcedures } from './upkeep-procedures.ts'

/** The parts that the procedures are put together from. */
export interface EngineParts {
  readonly disk: Disk
  readonly clock: Clock
  readonly secrets: SecretStore
  readonly announcer: Announcer
  readonly settings: SettingsFile
  readonly connections: Connections
  readonly catalog: Catalog
  readonly libraries: Libraries<Library>
  readonly queue: TransferQueue
  readonly publishPlans: PublishPlans
  readonly installPlans: InstallPlans
  readonly upkeep: ReturnType<typeof createUpkeepProcedures>
  /** `<home>/state/transfers`: journals of publish transfers. */
  readonly publishJournals: string
  readonly facts: { readonly version: string; readonly epoch: string; readonly home: string; readonly platform: string }
  publisher(): string
  /** Opens a library: settles what a killed process left in it, once a run. */
  libraryOf(id: string | undefined): Promise<Library>
  /** The same for what changes it; `busy` while it is moved. */
  writableOf(id: string | undefined): Promise<Library>
  readonly move: Pick<EngineApi['libraries'], 'planMove' | 'move'>
  /** Aborts when the engine stops: for calls that bring no signal of their own. */
  readonly stopping: AbortSignal
}

const done = {}

/** Every procedure of the contract, each a few lines over the parts. */
export function createEngineProcedures(parts: EngineParts): EngineApi {
  const {
    disk,
    settings,
    connections,
    catalog,
    libraries,
    queue,
    publishPlans,
    installPlans,
    announcer,
    libraryOf,
    writableOf,
  } = parts
  const ioOf = (options?: CallOptions): Io => ({ signal: options?.signal ?? parts.stopping })

  const lists = createListMemory()
  const connectionsChanged = () => announcer.change({ kind: 'connections.changed' })

  return {
    engine: {
      info: async () => ({ ...parts.facts, publisher: parts.publisher(), secretsKept: parts.secrets.kept }),
      async saveDiagnostics({ out, overwrite = false }) {
        requireAbsolute(out)
        return writeDiagnostics(
          {
            ...parts.facts,
            ...{ disk, clock: parts.clock, settings: settings.get, connections: connections.list },
            ...{ libraries: libraries.list, transfers: queue.list },
          },
          out,
          overwrite,
        )
      },
    },
    settings: {
      get: async () => settings.get(),
      async set({ changes }) {
        if (changes.certificateFile) connections.checkCertificates(changes.certificateFile)
        const next = settings.set(changes)
        queue.limitsChanged()
        announcer.change({ kind: 'settings.changed' })
        return next
      },
    },
    connections: {
      list: async () => [...connections.list()],
      async environment() {
        const problem = connections.environmentProblem()
        return problem === undefined ? {} : { problem }
      },
      async add(input) {
        const added = await connections.add(completeConnection(input))
        connectionsChanged()
        return added
      },
      async update({ id, connection }) {
        const updated = await connections.update(id, completeConnection(connection))
        catalog.forget(id)
        lists.forget(id)
        connectionsChanged()
        return updated
      },
      async remove({ id }) {
        await connections.remove(id)
        catalog.forget(id)
        lists.forget(id)
        connectionsChanged()
        return done
      },
      async setDefault({ id }) {
        connections.setDefault(id)
        connectionsChanged()
        return done
      },
      test: (input, options) =>
        connections.test('id' in input ? input : { candidate: completeConnection(input.candidate) }, ioOf(options)),
    },
    catalog: { ...createCatalogProcedures({ ...parts, lists }), ...parts.upkeep.catalog },
    publish: {
      async plan({ connectionId, path, fields, planId, exact, knownFilesTag, filesAtMost }, options) {
        requireAbsolute(path)
        const connection = await connections.open(connectionId)
        const input = {
          connection,
          path,
          ...(fields === undefined ? {} : { fields }),
          ...(planId === undefined ? {} : { planId }),
          ...(knownFilesTag === undefined ? {} : { knownFilesTag }),
          ...(filesAtMost === undefined ? {} : { filesAtMost }),
          ...(exact === undefined ? {} : { exact }),
        }
        return publishPlans.plan(input, ioOf(options))
      },
      files: async (piece) => publishPlans.files(piece),
      async forget({ planId }) {
        publishPlans.forget(planId)
        return done
      },
      async start({ planId, ...pace }) {
        const planned = publishPlans.transfer(planId)
        const journalParent = parts.publishJournals
        return { transferId: queue.start({ kind: 'publish', journalParent, ...planned, pace }) }
      },
      async build({ planId, out, overwrite = false }, options) {
        if (out !== undefined) requireAbsolute(out)
        const { onProgress } = options ?? {}
        const io = ioOf(options)
        return publishPlans.build(planId, { out, overwrite }, onProgress === undefined ? io : { ...io, onProgress })
      },
    },
    install: {
      async plan(question, options) {
        if ('file' in question.source) requireAbsolute(question.source.file)
        await libraryOf(question.libraryId)
        return installPlans.plan(question, ioOf(options))
      },
      async planEach({ questions }, options) {
        for (const { source } of questions) if ('file' in source) requireAbsolute(source.file)
        for (const libraryId of new Set(questions.map((each) => each.libraryId))) await libraryOf(libraryId)
        return [...(await installPlans.planEach(questions, ioOf(options)))]
      },
      async start({ planId, ignoreCompatibility = false, ...pace }) {
        const { plan, request } = installPlans.start(planId, { ignoreCompatibility })
        const library = await writableOf(plan.libraryId)
        const transferId = queue.start({
          kind: 'install',
          ref: plan.ref,
          title: plan.title,
          ...(plan.connectionId === undefined ? {} : { connectionId: plan.connectionId }),
          libraryId: plan.libraryId,
          totalBytes: plan.diskBytes,
          journalParent: library.places.journals,
          request,
          pace,
        })
        return { transferId }
      },
    },
    packageFile: parts.upkeep.packageFile,
    libraries: {
      list: async () => [...libraries.list()],
      async add(input) {
        const added = libraries.add(input)
        announcer.change({ kind: 'libraries.changed' })
        return added
      },
      async update({ id, ...changes }) {
        const updated = libraries.update(id, changes)
        announcer.change({ kind: 'libraries.changed' })
        return updated
      },
      async remove({ id }) {
        refuseBusy(queue, id)
        libraries.remove(id)
        announcer.change({ kind: 'libraries.changed' })
        return done
      },
      async setDefault({ id }) {
        libraries.setDefault(id)
        announcer.change({ kind: 'libraries.changed' })
        return done
      },
      ...parts.move,
    },
    installed: {
      list: async ({ libraryId }, options) => [...(await (await libraryOf(libraryId)).listInTurns(ioOf(options)))],
      files: async ({ libraryId, ref }) => [...(await libraryOf(libraryId)).files(ref)],
      async path({ libraryId, spec, file }, options) {
        const library = await libraryOf(libraryId)
        return { path: library.pathOf(await installedRef(library, spec, ioOf(options)), file) }
      },
      async preview({ libraryId, ref, path, maxBytes = defaultPreviewBytes }) {
        const library = await libraryOf(libraryId)
        return previewInstalled(disk, library.pathOf(ref), fileOf(library.manifest(ref), path), maxBytes)
      },
      remove: async ({ libraryId, ref }) => (await writableOf(libraryId)).remove(ref),
      keep: async ({ libraryId, ref, kept }) => (await writableOf(libraryId)).keep(ref, kept),
      ...parts.upkeep.installed,
    },
    trash: {
      list: async ({ libraryId }, options) => [...(await (await libraryOf(libraryId)).trashInTurns(ioOf(options)))],
      restore: async ({ libraryId, entryId }) => (await writableOf(libraryId)).restore(entryId),
      empty: async ({ libraryId, entryIds }, options) => ({
        freedBytes: await (await writableOf(libraryId)).emptyTrash(entryIds, ioOf(options)),
      }),
    },
    disk: {
      usage: async ({ libraryId }, options) => (await libraryOf(libraryId)).usage(ioOf(options)),
      async purge({ libraryId, ...what }, options) {
        const library = await writableOf(libraryId)
        const freeBefore = disk.volume(library.places.root).freeBytes
        if (what.unfinished === true) await cancelUnfinished(queue, library.id)
        const freedBytes = await library.purge(what, ioOf(options))
        const freedByCancel =
          what.unfinished === true
            ? Math.max(0, disk.volume(library.places.root).freeBytes - freeBefore - freedBytes)
            : 0
        return { freedBytes: freedBytes + freedByCancel }
      },
    },
    transfers: {
      list: async () => [...queue.list()],
      files: async ({ id, from, count }) => queue.files(id, from, count),
      async pause({ id }) {
        await queue.pause(id)
        return done
      },
      async resume({ id }) {
        queue.resume(id)
        return done
      },
      async cancel({ id }) {
        return { discarded: await queue.cancel(id) }
      },
      async moveUp({ id }) {
        queue.moveUp(id)
        return done
      },
      async clearHistory() {
        queue.clearHistory()
        return done
      },
      wait: ({ id }, options) => queue.wait(id, ioOf(options)),
      ...parts.upkeep.transfers,
    },
  }
}

/** The newest installed version that a spec means; `usage`, `not-installed`. */
async function installedRef(library: Library, spec: string, io: Io): Promise<PackageRef> {
  const byName = new Map<string, PackageRef[]>()
  for (const { ref } of await library.listInTurns(io)) byName.set(ref.name, [...(byName.get(ref.name) ?? []), ref])
  const packages = [...byName].map(([name, refs]) => ({
    name,
    title: name,
    description: '',
    tags: [],
    versions: refs
      .map(({ version }) => ({ version, prerelease: false }))
      .sort((a, b) => compareVersions(b.version, a.version)),
  }))
  try {
    return resolveSpec(packages, { spec, where: library.places.root, prerelease: true })
  } catch (error) {
    if (!isAppError(error, 'package-not-found')) throw error
    const { meant } = error.details
    const about = { spec, library: library.places.root, ...(meant === undefined ? {} : { meant }) }
    throw new AppError('not-installed', about, error)
  }
}

/** What runs into a library, or is about to, would end in a folder that is on no list. */
function refuseBusy(queue: TransferQueue, libraryId: string): void {
  const isAtWork = ({ state }: Transfer) => state.kind === 'queued' || isRunning(state)
  const busy = queue.list().find((each) => each.libraryId === libraryId && isAtWork(each))
  if (busy !== undefined) throw new AppError('busy', { what: 'library', holder: nameOf(busy), isListed: true })
}

/** What is paused or failed of that library; running ones stay. */
async function cancelUnfinished(queue: TransferQueue, libraryId: string): Promise<void> {
  for (const { id, kind, libraryId: of, state, readOnly } of queue.list()) {
    const stands = state.kind === 'paused' || state.kind === 'failed'
    if (kind !== 'publish' && of === libraryId && stands && !readOnly) await queue.cancel(id)
  }
}
