import { create } from 'zustand'
import { type AppError, isAppError, toAppError } from '../../../shared/errors.ts'
import type { ConnectionReport, NewConnection } from '../../../shared/model/connection.ts'
import { client } from '../../ipc/link.ts'

export interface ReportState {
  readonly isTesting: boolean
  /** Of the newest test since the window opened. */
  readonly report?: ConnectionReport
  /** The test itself could not be made. */
  readonly failure?: AppError
}

/** Key of a connection that isn't saved yet. */
export const candidateKey = ''

const useReports = create<{ readonly byId: Readonly<Record<string, ReportState>> }>(() => ({ byId: {} }))
const running = new Map<string, AbortController>()

const none: ReportState = { isTesting: false }
export const useReport = (id: string): ReportState => useReports(({ byId }) => byId[id] ?? none)

const set = (id: string, state: ReportState): void =>
  useReports.setState(({ byId }) => ({ byId: { ...byId, [id]: state } }))

/** Tests a saved connection, or one that is still being typed. A new test ends the one before it. */
export async function testConnection(id: string, candidate?: NewConnection): Promise<void> {
  running.get(id)?.abort()
  const abort = new AbortController()
  running.set(id, abort)
  const before = useReports.getState().byId[id]
  set(id, { ...before, isTesting: true, failure: undefined })
  try {
    const input = candidate === undefined ? { id } : { candidate }
    const report = await client.connections.test(input, { signal: abort.signal })
    if (running.get(id) === abort) set(id, { isTesting: false, report })
  } catch (error) {
    if (running.get(id) !== abort) return
    const failure = isAppError(error, 'cancelled') ? undefined : toAppError(error)
    set(id, { isTesting: false, report: before?.report, failure })
  }
}

export const stopTest = (id: string): void => running.get(id)?.abort()

/** What was tested is no longer what is there. */
export function forgetReport(id: string): void {
  stopTest(id)
  running.delete(id)
  useReports.setState(({ byId }) => {
    const { [id]: _forgotten, ...others } = byId
    return { byId: others }
  })
}
