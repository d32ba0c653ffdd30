/**
 * The one way from a window into the engine and its host.
 *
 * 1. The envelope has the right shape; the procedure is `noun.verb`.
 * 2. Noun and verb are own names of the contract (never of a prototype).
 * 3. The input is parsed strictly; what does not fit is `usage`, without repeating what was sent.
 * 4. Call.
 * 5. The output is parsed too: nothing leaves that the contract does not name.
 * 6. Whatever was thrown becomes an error of the wire; its cause goes to `report` alone.
 */
import { setImmediate } from 'node:timers/promises'
import * as z from 'zod'
import { AppError, isAppError, toAppError, toWire } from '../../shared/errors.ts'
import type { Api, CallOptions, Contract } from '../../shared/ipc/procedure.ts'
import type { Answer } from '../../shared/ipc/wire.ts'

export interface Router {
  /** Answers anything, never rejects. */
  handle(envelope: unknown, options: { readonly signal: AbortSignal }): Promise<Answer>
}

export interface RouterOptions {
  /** Told of each call that failed, with the error's cause: for the log. */
  readonly report?: (procedure: string, error: AppError) => void
}

export const callEnvelope = z.strictObject({
  /** Unique among the calls of one window that are still running. */
  callId: z.string().min(1).max(64),
  procedure: z.string().min(1).max(128),
  input: z.unknown(),
})

type Implementation = (input: unknown, options: CallOptions) => Promise<unknown>

export function createRouter<T extends Contract>(
  contract: T,
  implementation: Api<T>,
  options: RouterOptions = {},
): Router {
  const call = async (envelope: unknown, signal: AbortSignal): Promise<unknown> => {
    const { procedure, input } = parse(callEnvelope, envelope, 'call') // 1
    const [noun = '', verb = '', ...rest] = procedure.split('.')
    const entry = rest.length === 0 ? own(own(contract, noun), verb) : undefined // 2
    const implemented = own(own(implementation, noun), verb)
    if (entry === undefined || implemented === undefined) {
      throw new AppError('usage', { problem: 'There is no such procedure.' })
    }
    const given = parse(entry.input, input ?? {}, procedure) // 3
    const answer = await (implemented as Implementation)(given, { signal }) // 4
    return checkAnswer(entry.output, answer, procedure) // 5
  }

  return {
    async handle(envelope, { signal }) {
      try {
        return { ok: true, value: await call(envelope, signal) }
      } catch (thrown) {
        const error = signal.aborted && !isAppError(thrown) ? new AppError('cancelled', {}, thrown) : toAppError(thrown) // 6
        options.report?.(nameOf(envelope), error)
        return { ok: false, error: toWire(error) }
      }
    },
  }
}

const perTurn = 2000

/** A long list is checked in turns: thousands of installed versions would hold up everybody else. */
async function checkAnswer(schema: z.ZodType, answer: unknown, procedure: string): Promise<unknown> {
  const check = (part: z.ZodType, value: unknown): unknown => {
    const checked = part.safeParse(value)
    if (checked.success) return checked.data
    throw new AppError('internal', { what: `answer of ${procedure}: ${describe(checked.error)}` })
  }
  if (!(schema instanceof z.ZodArray) || !Array.isArray(answer) || answer.length <= perTurn)
    return check(schema, answer)
  const checked: unknown[] = []
  for (let from = 0; from < answer.length; from += perTurn) {
    checked.push(...(check(schema, answer.slice(from, from + perTurn)) as unknown[]))
    await setImmediate()
  }
  return checked
}

function parse<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('usage', { problem: `${what}: ${describe(parsed.error)}` })
}

/** Where it is wrong and how, not what was there: that may be a secret. */
function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.map(String).join('.') || 'input'} (${code.replaceAll('_', ' ')})`)
    .join(', ')
}

function own<T extends object, K extends keyof T>(value: T | undefined, name: K): T[K] | undefined {
  return value !== undefined && Object.hasOwn(value, name) ? value[name] : undefined
}

function nameOf(envelope: unknown): string {
  const parsed = callEnvelope.safeParse(envelope)
  return parsed.success ? parsed.data.procedure.slice(0, 128) : 'unreadable call'
}
