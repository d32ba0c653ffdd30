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

export const fetchSettings = createSingleFlight(async () => {
  try {
    useSettings.setState({ settings: await client.settings.get({}), load: ready })
  } catch (error) {
    useSettings.setState({ load: { kind: 'failed', error: toAppError(error) } })
  }
})

/** Changes settings; shown at once, and taken back if the engine refuses (then it rejects with AppError). */
export async function changeSettings(changes: Partial<Settings>): Promise<void> {
  const before = useSettings.getState().settings
  useSettings.setState({ settings: { ...before, ...changes } })
  try {
    const { apps, ...others } = changes
    const settings = await client.settings.set({
      changes: apps === undefined ? others : { ...others, apps: [...apps] },
    })
    useSettings.setState({ settings })
  } catch (error) {
    useSettings.setState({ settings: before })
    throw toAppError(error)
  }
}

export const useApps = (): Settings['apps'] => useSettings(({ settings }) => settings.apps)
