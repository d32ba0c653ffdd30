import { create } from 'zustand'
import type { PackageRef } from '../../shared/model/package.ts'

export interface WithdrawRequest {
  readonly connectionId: string
  readonly ref: PackageRef
  /** The package's. */
  readonly title: string
  readonly isOnlyOne: boolean
}

/** What the withdraw sheet shows; absent: it is closed. It outlives the row that it was asked from: a withdrawal takes that off the page. */
export const useWithdrawRequest = create<{ readonly request?: WithdrawRequest }>(() => ({}))

/** Opens the withdraw sheet. Nothing is withdrawn before the person says so there. */
export const askWithdraw = (request: WithdrawRequest): void => useWithdrawRequest.setState({ request })
export const closeWithdraw = (): void => useWithdrawRequest.setState({ request: undefined })
