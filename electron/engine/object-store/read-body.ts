import { AppError } from '../../../shared/errors.ts'

/**
 * An answer's body with its promise kept: errors are AppErrors, an aborted signal is `cancelled`, and fewer or more bytes than announced
 * are `network-interrupted` with reason `short-body`. Leaving the loop destroys the stream and with it the connection.
 */
export async function* readBody(
  stream: AsyncIterable<Uint8Array>,
  options: {
    readonly expectedBytes: number
    readonly endpoint: string
    readonly signal: AbortSignal
    toError(error: unknown): AppError
  },
): AsyncIterable<Uint8Array> {
  const { expectedBytes, endpoint, signal, toError } = options
  let receivedBytes = 0
  try {
    for await (const chunk of stream) {
      receivedBytes += chunk.length
      if (receivedBytes > expectedBytes) break
      yield chunk
      if (signal.aborted) throw new AppError('cancelled', {}, signal.reason)
    }
  } catch (error) {
    throw signal.aborted ? new AppError('cancelled', {}, error) : toError(error)
  }
  if (receivedBytes !== expectedBytes) {
    throw new AppError('network-interrupted', { endpoint, reason: 'short-body' })
  }
}
