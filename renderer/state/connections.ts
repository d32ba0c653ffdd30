import { useCallback } from 'react'
import { create } from 'zustand'
import { toAppError } from '../../shared/errors.ts'
import type { Connection } from '../../shared/model/connection.ts'
import { isSameStore } from '../../shared/model/same-store.ts'
import { client } from '../ipc/link.ts'
import { type LoadState, loading, ready } from './load-state.ts'
import { createSingleFlight } from './single-flight.ts'

interface ConnectionsState {
  readonly load: LoadState
  readonly list: readonly Connection[]
  /** The one that the window shows. */
  readonly currentId?: string
  /** Why the connection of the environment is none of them, though `BUCKET` is set. */
  readonly environmentProblem?: string
}

const rememberedKey = 'orbital.connection'

export const useConnections = create<ConnectionsState>(() => ({ load: loading, list: [] }))

export const fetchConnections = createSingleFlight(async () => {
  try {
    const [list, { problem }] = await Promise.all([client.connections.list({}), client.connections.environment({})])
    const wanted = useConnections.getState().currentId ?? localStorage.getItem(rememberedKey)
    const current = list.find(({ id }) => id === wanted) ?? list.find(({ isDefault }) => isDefault) ?? list[0]
    useConnections.setState({ load: ready, list, currentId: current?.id, environmentProblem: problem })
  } catch (error) {
    useConnections.setState({ load: { kind: 'failed', error: toAppError(error) } })
  }
})

/** Calls with the id of each connection that leads to another place by now, or is gone. */
export const onMoved = (moved: (id: string) => void): (() => void) =>
  useConnections.subscribe(({ list }, before) => {
    if (list === before.list) return
    const places = new Map(list.map(({ id, location }) => [id, JSON.stringify(location)]))
    for (const { id, location } of before.list) if (places.get(id) !== JSON.stringify(location)) moved(id)
  })

/** Shows another connection, here and after the next start. */
export function showConnection(id: string): void {
  localStorage.setItem(rememberedKey, id)
  useConnections.setState({ currentId: id })
}

/** The ids of connections to other stores than that of `id`; the same function while the list is the same. */
export function useOtherStores(): (id: string | undefined) => ReadonlySet<string> {
  const list = useConnections((state) => state.list)
  return useCallback((id) => otherStoresOf(list, id), [list])
}
export function otherStoresOf(
  list: readonly Pick<Connection, 'id' | 'location'>[],
  id: string | undefined,
): ReadonlySet<string> {
  const own = list.find((each) => each.id === id)?.location
  const others = list.filter(({ location }) => own === undefined || !isSameStore(own, location))
  return new Set(others.map((each) => each.id))
}
export const useCurrentConnection = (): Connection | undefined =>
  useConnections(({ list, currentId }) => list.find(({ id }) => id === currentId))
export const useConnection = (id: string | undefined): Connection | undefined =>
  useConnections(({ list }) => list.find((connection) => connection.id === id))
