import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { Announcer } from '../../shared/ipc/events.ts'
import type { Clock, Disk, Log, SecretStore } from './ports.ts'

export interface EnginePorts {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly secrets: SecretStore
  readonly announcer: Announcer
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
  /** Pauses what runs so that it can be resumed, and frees everything. */
  stop(): Promise<void>
}

/** Wiring only. */
export async function createEngine(_ports: EnginePorts, _config: EngineConfig): Promise<Engine> {
  throw new Error('being wired')
}
