import type { ElectronApplication, Page } from 'playwright/test'

export interface StartOptions {
  /** ORBITAL_HOME of the process. */
  readonly home: string
  /** Added to the environment of the process. */
  readonly env: Readonly<Record<string, string>>
  readonly size: { readonly width: number; readonly height: number }
}

/** One running Orbital with one window that shows its page. */
export interface RunningHost {
  readonly page: Page
  readonly electronApp?: ElectronApplication
  /** What the process wrote so far. */
  output(): string
  resize(size: { readonly width: number; readonly height: number }): Promise<void>
  /** Ends it as a person would, and waits until it is gone. */
  stop(): Promise<void>
  /** Ends it by force, as a crash would, and waits until it is gone. */
  kill(): Promise<void>
}

/** The environment of a process under test: nothing of the person who runs the tests but what it takes to run. */
export function cleanEnvironment(more: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_CURRENT_DESKTOP', 'TMPDIR', 'LANG', 'TZ']
  const env: Record<string, string> = {}
  for (const name of kept) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return {
    ...env,
    ...ownScreen(),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent/aws-config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/aws-credentials',
    ...more,
  }
}

/** This worker's, where there is a screen for each: windows on one screen take the focus from each other. */
function ownScreen(): { readonly DISPLAY?: string } {
  const { ORBITAL_TEST_DISPLAYS: displays, TEST_PARALLEL_INDEX: worker } = process.env
  const names = displays?.split(' ') ?? []
  const name = names[Number(worker) % names.length]
  return name === undefined ? {} : { DISPLAY: name }
}
