import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { App } from '../../shared/model/app.ts'
import type { Library } from '../../shared/model/settings.ts'
import type { Transfer } from '../../shared/model/transfer.ts'
import type { Output } from './output.ts'

/** An option of a command: `--<name>`, a flag or with a value. */
export interface OptionSpec {
  readonly name: string
  /** The placeholder of its value in the help; absent for a flag. */
  readonly value?: string
  readonly repeats?: boolean
  readonly help: string
}

export interface Command {
  readonly name: string
  readonly aliases?: readonly string[]
  /** `<spec>… [--from C]` */
  readonly usage: string
  readonly summary: string
  /** How many words it takes at most; any number when absent. */
  readonly mostWords?: number
  /** It is about what is installed: a `--library` that isn't there is a typing error, and not made. */
  readonly readsLibrary?: boolean
  readonly options?: readonly OptionSpec[]
  /** Options of every other command that it has no use for, and doesn't take. */
  readonly takesNo?: readonly string[]
  /** Runs it. What it throws is an AppError, whose code decides the exit code. */
  run(context: Context): Promise<void>
}

export interface Context {
  readonly api: EngineApi
  readonly output: Output
  /** Positional arguments after the command's name. */
  readonly words: readonly string[]
  flag(name: string): boolean
  text(name: string): string | undefined
  texts(name: string): readonly string[]
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** True when questions may be asked (a terminal on both sides, no --json). */
  readonly interactive: boolean
  /** True when what is printed goes to a screen, not into a file or another program. */
  readonly onScreen: boolean
  /** `--app name@version`, else the apps of the settings. */
  readonly apps: readonly App[]
  /** The library that commands work on: `--library`, else the default one. */
  library(): Promise<Library>
  /** Shows progress until the transfer has ended or stands still; throws what it failed of. */
  follow(transferId: string): Promise<Transfer>
  /** Puts a whole file of a folder on stdout as it is, piece by piece; `file-unreadable`, and `path-not-allowed` where a link leads to it. */
  printFile(folder: string, file: string): Promise<void>
  /** With those above it; nothing happens if it is there. */
  makeFolder(path: string): void
  ask(question: string): Promise<string>
  askSecret(question: string): Promise<string>
}
