import { create } from 'zustand'
import { client } from '../ipc/link.ts'
import type { LinkState } from '../ipc/transport.ts'
import { setLocale } from '../text/units.ts'

export interface HostFacts {
  readonly kind: 'electron' | 'browser'
  readonly platform: 'mac' | 'win' | 'linux'
  readonly nativeDialogs: boolean
  readonly homeFolder: string
  readonly locale?: string
}

interface HostState {
  readonly facts: HostFacts
  readonly link: LinkState
  /** Keys that a person types are kept, or in a plain file if they say so, or last for this run only. */
  readonly secretsKept: 'kept' | 'plain-file' | 'this-run-only'
  readonly engineVersion: string
  readonly home: string
  /** Name under which this person publishes. */
  readonly publisher: string
}

const platformOfBrowser = (): HostFacts['platform'] =>
  /Mac|iPhone|iPad/.test(navigator.userAgent) ? 'mac' : /Windows/.test(navigator.userAgent) ? 'win' : 'linux'

export const useHost = create<HostState>(() => ({
  facts: {
    kind: window.orbital === undefined ? 'browser' : 'electron',
    platform: platformOfBrowser(),
    nativeDialogs: false,
    homeFolder: '/',
  },
  link: 'up',
  secretsKept: 'kept',
  engineVersion: '',
  home: '',
  publisher: '',
}))

/** A call found no host. That it refuses this page is known better. */
export const setLost = (): void => useHost.setState(({ link }) => ({ link: link === 'refused' ? link : 'lost' }))

/** Asks host and engine what they are. Rejects with AppError when they don't answer. */
export async function fetchHost(): Promise<void> {
  const [facts, info] = await Promise.all([client.host.facts({}), client.engine.info({})])
  if (facts.locale !== undefined) setLocale(facts.locale)
  useHost.setState({
    facts,
    secretsKept: info.secretsKept,
    engineVersion: info.version,
    home: info.home,
    publisher: info.publisher,
  })
  document.documentElement.dataset.platform = facts.platform
  document.documentElement.dataset.host = facts.kind
}
