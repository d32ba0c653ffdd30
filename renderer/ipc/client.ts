import { AppError, fromWire } from '../../shared/errors.ts'
import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { HostApi } from '../../shared/ipc/host-api.ts'
import type { CallOptions } from '../../shared/ipc/procedure.ts'
import type { Transport } from './transport.ts'

/** Everything that the window may call: the engine's procedures and its host's. */
export type Client = EngineApi & HostApi

type Verbs = { readonly [N in keyof Client]: { readonly [V in keyof Client[N]]: true } }

/** The contract's names, written out: the contract itself would bring its schemas into the window. A missing or extra name does not compile. */
const verbs: Verbs = {
  engine: { info: true, saveDiagnostics: true },
  settings: { get: true, set: true },
  connections: {
    list: true,
    environment: true,
    add: true,
    update: true,
    remove: true,
    setDefault: true,
    test: true,
  },
  catalog: {
    list: true,
    newestKept: true,
    changes: true,
    rebuild: true,
    search: true,
    searchKept: true,
    get: true,
    version: true,
    preview: true,
    resolve: true,
    checkArchive: true,
    export: true,
    unpublish: true,
  },
  publish: { plan: true, files: true, forget: true, start: true, build: true },
  install: { plan: true, planEach: true, start: true },
  packageFile: { files: true },
  libraries: { list: true, add: true, update: true, remove: true, setDefault: true, planMove: true, move: true },
  installed: {
    list: true,
    files: true,
    info: true,
    cached: true,
    unreadable: true,
    path: true,
    preview: true,
    remove: true,
    keep: true,
    verify: true,
    repair: true,
    export: true,
  },
  trash: { list: true, restore: true, empty: true },
  disk: { usage: true, purge: true },
  transfers: {
    list: true,
    files: true,
    report: true,
    pause: true,
    resume: true,
    cancel: true,
    moveUp: true,
    clearHistory: true,
    wait: true,
  },
  host: {
    facts: true,
    pickFolder: true,
    pickFolders: true,
    pickPackageFile: true,
    pickCertificateFile: true,
    pickSavePath: true,
    listFolder: true,
    reveal: true,
    openLink: true,
    takeRequests: true,
    setTheme: true,
  },
}

/** The client over a transport. Every call rejects with AppError alone; an aborted signal cancels the call and rejects with `cancelled` at once. */
export function createClient(transport: Transport): Client {
  const windowId = Math.random().toString(36).slice(2, 10)
  let calls = 0

  async function call(procedure: string, input: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    if (signal?.aborted) throw new AppError('cancelled', {})
    calls += 1
    const callId = `${windowId}-${calls}`
    let onAbort: (() => void) | undefined
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => {
        transport.cancel(callId)
        reject(new AppError('cancelled', {}))
      }
    })
    if (onAbort) signal?.addEventListener('abort', onAbort, { once: true })
    try {
      const answered = transport.call({ callId, procedure, input }).catch((error: unknown) => {
        throw error instanceof AppError ? error : new AppError('internal', { what: `call of ${procedure}` }, error)
      })
      const answer = await (signal === undefined ? answered : Promise.race([answered, aborted]))
      if (!answer.ok) throw fromWire(answer.error)
      return answer.value
    } finally {
      if (onAbort) signal?.removeEventListener('abort', onAbort)
    }
  }

  const nouns = Object.entries(verbs).map(([noun, ofNoun]) => [
    noun,
    Object.fromEntries(
      Object.keys(ofNoun).map((verb) => [
        verb,
        (input: unknown, options?: CallOptions) => call(`${noun}.${verb}`, input, options),
      ]),
    ),
  ])
  return Object.fromEntries(nouns) as Client
}
