import { create } from 'zustand'
import type { PackageRef } from '../../shared/model/package.ts'

export interface InstallRequest {
  readonly source:
    | { readonly connectionId?: string; readonly ref: PackageRef }
    | { /** absolute path of a `.sputnik` file */ readonly file: string }
  /** The package's title, until the plan tells it. */
  readonly title?: string
  /** It replaces the next lower installed version. */
  readonly upgrade?: boolean
  /** Installs again over what is there. */
  readonly force?: boolean
  readonly libraryId?: string
}

/** What the install sheet shows; absent: it is closed. */
export const useInstallRequest = create<{ readonly request?: InstallRequest }>(() => ({}))

/** Opens the install sheet. Nothing is installed before the person says so there. */
export const askInstall = (request: InstallRequest): void => useInstallRequest.setState({ request })
export const closeInstall = (): void => useInstallRequest.setState({ request: undefined })
