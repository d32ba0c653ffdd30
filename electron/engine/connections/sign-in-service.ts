import { createHttpHandler, type HttpRequest } from '../object-store/http-handler.ts'
import { type SignInQuestion, toServiceError } from '../object-store/s3-errors.ts'
import type { Clock, Disk, NetworkSpec } from '../ports.ts'

const stallMs = 15_000

/**
 * Requests to AWS's own services that give sign-ins (roles, single sign-on), over the same sockets as a store's. `run` hands the SDK a configuration for
 * its client; errors come out as AppErrors.
 */
export async function askSignInService<T>(
  deps: { readonly clock: Clock; readonly disk: Disk; readonly network: NetworkSpec },
  about: Pick<SignInQuestion, 'connection' | 'source' | 'command'>,
  run: (clientConfig: Readonly<Record<string, unknown>>) => Promise<T>,
): Promise<T> {
  const handler = createHttpHandler({ ...deps, connections: 2, stallMs })
  let last: Pick<SignInQuestion, 'endpoint' | 'status' | 'networkError'> = {}
  const requestHandler = {
    ...handler,
    async handle(request: HttpRequest, options?: { readonly abortSignal?: AbortSignal }) {
      const endpoint = request.hostname
      last = { endpoint }
      try {
        const given = await handler.handle(request, options)
        last = { endpoint, status: given.response.statusCode }
        return given
      } catch (error) {
        last = { endpoint, networkError: error }
        throw error
      }
    },
  }
  try {
    return await run({ requestHandler, maxAttempts: 2, retryMode: 'standard', defaultsMode: 'standard' })
  } catch (error) {
    throw toServiceError(error, { ...about, ...last })
  } finally {
    handler.destroy()
  }
}
