import { join } from 'node:path'

/** Where `npm start` shows the app. */
export type Interface =
  | { readonly kind: 'electron'; readonly executable: string }
  /** Electron's runtime is not there; it may be had from the network. */
  | { readonly kind: 'download' }
  | { readonly kind: 'browser'; readonly why: string }

export interface Circumstances {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  /** The folder of the package `electron`. */
  readonly electronFolder: string
  /** Text of a file, undefined when it isn't there. */
  readonly readText: (path: string) => string | undefined
  readonly isFile: (path: string) => boolean
}

/**
 * Decides before anything of Electron is touched (its own package tries a download whenever it is loaded without a runtime).
 *
 * 1. ORBITAL_UI=browser asks for the browser; a Linux without a screen leaves nothing else.
 * 2. ELECTRON_OVERRIDE_DIST_PATH names a folder with a runtime.
 * 3. The package has its runtime already.
 * 4. Else it would have to be downloaded.
 */
export function chooseInterface({ env, platform, electronFolder, readText, isFile }: Circumstances): Interface {
  if (env.ORBITAL_UI === 'browser') return { kind: 'browser', why: 'ORBITAL_UI asks for the browser' } // 1
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return { kind: 'browser', why: 'There is no screen here' }
  }
  const named = env.ELECTRON_OVERRIDE_DIST_PATH
  if (named) {
    const executable = join(named, executableOf(platform)) // 2
    if (isFile(executable)) return { kind: 'electron', executable }
  }
  const inPackage = readText(join(electronFolder, 'path.txt'))?.trim() // 3
  if (inPackage) {
    const executable = join(electronFolder, 'dist', inPackage)
    if (isFile(executable)) return { kind: 'electron', executable }
  }
  return { kind: 'download' } // 4
}

export function executableOf(platform: string): string {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return platform === 'win32' ? 'electron.exe' : 'electron'
}

/** Whether `out/` has to be built: something is missing in it, or a source is newer than its oldest part. Times in ms. */
export function isBuildStale(builtAtMs: readonly (number | undefined)[], newestSourceMs: number): boolean {
  return builtAtMs.some((time) => time === undefined || time < newestSourceMs)
}
