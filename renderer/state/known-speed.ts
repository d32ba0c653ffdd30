import type { Transfer } from '../../shared/model/transfer.ts'
import { useSettings } from './settings.ts'
import { useTransfers } from './transfers.ts'

/** Smaller ones are over before the line has shown what it can do. */
const leastBytes = 1_000_000
const newestCount = 5

type Direction = 'install' | 'publish'

/**
 * Bytes a second that the newest installs from a connection came with, or publishes to it went; undefined before one that was large enough. A
 * transfer's time counts from when it was asked for, so one that waited or was paused looks slower than the line is: the fastest of them is
 * nearest to it.
 */
export function speedOf(
  direction: Direction,
  transfers: readonly Transfer[],
  connectionId: string,
): number | undefined {
  const speeds = transfers
    .filter(({ kind, state }) => kind === direction && state.kind === 'done')
    .filter((each) => each.connectionId === connectionId && each.wireBytes >= leastBytes)
    .slice(0, newestCount)
    .flatMap(({ wireBytes, createdAtMs, endedAtMs = createdAtMs }) =>
      endedAtMs > createdAtMs ? [(wireBytes * 1000) / (endedAtMs - createdAtMs)] : [],
    )
  return speeds.length === 0 ? undefined : Math.max(...speeds)
}

/** The same, no faster than the settings allow. */
export function useKnownSpeed(direction: Direction, connectionId: string | undefined): number | undefined {
  const { order, byId } = useTransfers()
  const { downloadLimitBytesPerSecond, uploadLimitBytesPerSecond } = useSettings(({ settings }) => settings)
  const limit = (direction === 'install' ? downloadLimitBytesPerSecond : uploadLimitBytesPerSecond) || Infinity
  if (connectionId === undefined) return undefined
  const transfers = order.flatMap((id) => byId[id] ?? [])
  const speed = speedOf(direction, transfers, connectionId)
  return speed === undefined ? undefined : Math.min(speed, limit)
}
