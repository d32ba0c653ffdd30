import { untilAborted } from '../until-aborted.ts'
import type { createS3Client } from './s3-client.ts'
import { isClockSkew, isSignInRefused, regionIn, type S3Question, toStoreError } from './s3-errors.ts'

export interface Answer<T> {
  readonly output: T
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

type Obstacle = 'region' | 'clock' | 'sign-in'
type S3 = ReturnType<typeof createS3Client>
type Client = ReturnType<S3['current']>

/**
 * How a command is sent: one request, but for three cases in which the store did nothing and another try may do (another region, clocks that disagree, a
 * sign-in that it doesn't take any more while there is a newer one); then it is asked again, once for each of them. `learnsRegion`: every answer may name the region for the
 * next ones.
 */
export function createAsk(s3: S3, { learnsRegion }: { readonly learnsRegion: boolean }) {
  return ask

  async function ask<C extends { readonly middlewareStack: unknown }, T>(
    makeCommand: () => C,
    run: (client: Client, command: C, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
    question: S3Question,
    signal: AbortSignal,
  ): Promise<Answer<T>> {
    let client = s3.current()
    const once = async (): Promise<Answer<T>> => {
      client = s3.current()
      let seen: RawAnswer | undefined
      const command = makeCommand()
      captureAnswer(command.middlewareStack, (answer) => {
        seen = answer
      })
      const output = await untilAborted(run(client, command, { abortSignal: signal }), signal)
      const { statusCode: status = 0, headers = {} } = seen ?? {}
      const region = headers['x-amz-bucket-region']
      if (region !== undefined && learnsRegion) s3.learnRegion(region)
      return { output, status, headers }
    }
    const mended = new Set<Obstacle>()
    for (;;) {
      try {
        return await once()
      } catch (error) {
        const obstacle = signal.aborted ? undefined : await mend(error)
        if (obstacle === undefined || mended.has(obstacle)) throw toStoreError(error, question)
        mended.add(obstacle)
      }
    }

    /** What it was that is out of the way now. */
    async function mend(error: unknown): Promise<Obstacle | undefined> {
      const region = regionIn(error)
      // Another request may have learned it first. Many refusals name the region that the request was for.
      if (region !== undefined && (s3.learnRegion(region) || s3.current() !== client)) return 'region'
      if (isClockSkew(error)) return 'clock'
      return isSignInRefused(error) && (await s3.renewSignIn(client, { signal })) ? 'sign-in' : undefined
    }
  }
}

interface RawAnswer {
  readonly statusCode: number
  readonly headers: Record<string, string>
}

/** Status and headers as they came, which the SDK does not hand out. `last-modified` is read by nobody else. */
function captureAnswer(stack: unknown, use: (answer: RawAnswer) => void): void {
  type Next = (args: unknown) => Promise<{ readonly response: RawAnswer }>
  const middlewareStack = stack as { add(middleware: (next: Next) => Next, options: object): void }
  const middleware = (next: Next) => async (args: unknown) => {
    const result = await next(args)
    const { headers } = result.response
    use({ ...result.response, headers: { ...headers } })
    // The SDK refuses the whole answer for a date that it can't read.
    delete headers['last-modified']
    return result
  }
  middlewareStack.add(middleware, { step: 'deserialize', priority: 'low', name: 'captureAnswer' })
}

/** The signature covers everything but the body's bytes. */
export function leaveBodyUnsigned(stack: unknown): void {
  type Args = { readonly request: { readonly headers: Record<string, string> } }
  type Next = (args: Args) => Promise<unknown>
  const middlewareStack = stack as { add(middleware: (next: Next) => Next, options: object): void }
  const middleware = (next: Next) => (args: Args) => {
    args.request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
    return next(args)
  }
  middlewareStack.add(middleware, { step: 'build', name: 'leaveBodyUnsigned' })
}
