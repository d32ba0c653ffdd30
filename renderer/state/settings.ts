import { create } from 'zustand'
import { toAppError } from '../../shared/errors.ts'
import type { Settings } from '../../shared/model/settings.ts'
import { client } from '../ipc/link.ts'
import { type LoadState, loading, ready } from './load-state.ts'
import { createSingleFlight } from './single-flight.ts'

interface SettingsState {
  readonly load: LoadState
  readonly settings: Settings
}

/** What holds until the engine has answered. */
export const initialSettings: Settings = {
  theme: 'system',
  publisherName: '',
  apps: [],
  transfersAtOnce: 1,
  connectionsPerTransfer: 4,
  singleKeys: true,
}

export const useSettings = create<SettingsState>(() => ({ load: loading, settings: initialSettings }))

/** As the engine has them. */
let stored = initialSettings
/** Changes that the engine hasn't answered, oldest first: shown over what it has. */
let underWay: readonly Partial<Settings>[] = []
let lastSent: Promise<unknown> = Promise.resolve()

const show = (changes: Partial<SettingsState> = {}): void =>
  useSettings.setState({ ...changes, settings: Object.assign({}, stored, ...underWay) })

export const fetchSettings = createSingleFlight(async () => {
  try {
    stored = await client.settings.get({})
    show({ load: ready })
  } catch (error) {
    useSettings.setState({ load: { kind: 'failed', error: toAppError(error) } })
  }
})

/**
 * Changes settings; shown at once, and taken back, without the changes beside it, if the engine refuses (then it rejects with AppError). One
 * change is sent after the other: the last one that a person made holds.
 */
export function changeSettings(changes: Partial<Settings>): Promise<void> {
  underWay = [...underWay, changes]
  show()
  const next = () => send(changes)
  // Whoever made the one before hears of its failure; this one is sent all the same.
  const sent = lastSent.then(next, next)
  lastSent = sent
  return sent
}

async function send(changes: Partial<Settings>): Promise<void> {
  const { apps, ...others } = changes
  try {
    stored = await client.settings.set({ changes: apps === undefined ? others : { ...others, apps: [...apps] } })
  } catch (error) {
    throw toAppError(error)
  } finally {
    underWay = underWay.filter((each) => each !== changes)
    show()
  }
}

export const useApps = (): Settings['apps'] => useSettings(({ settings }) => settings.apps)
