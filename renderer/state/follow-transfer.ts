import { AppError, fromWire, toAppError } from '../../shared/errors.ts'
import type { Transfer } from '../../shared/model/transfer.ts'
import { client } from '../ipc/link.ts'

/**
 * Waits for a transfer that was started for something at hand, and answers it when it is done. Aborting cancels it. Rejects with what it failed of; with
 * `cancelled` when it was cancelled or stands paused, which Transfers shows.
 */
export async function followTransfer(id: string, signal?: AbortSignal): Promise<Transfer> {
  try {
    const { state, ...transfer } = await client.transfers.wait({ id }, { signal })
    if (state.kind === 'done') return { ...transfer, state }
    throw state.kind === 'failed' ? fromWire(state.error) : new AppError('cancelled', { transferId: id })
  } catch (error) {
    if (signal?.aborted) await client.transfers.cancel({ id })
    throw toAppError(error)
  }
}
