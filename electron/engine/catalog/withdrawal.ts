import { isAppError } from '../../../shared/errors.ts'
import { parseJson } from '../parse-json.ts'
import type { Io, ObjectStore } from '../ports.ts'
import { mayNotLook } from './list-models.ts'

/** What is kept of a version that was taken back, as far as it can be read. */
export interface WithdrawalFacts {
  readonly by?: string
  /** ISO 8601 */
  readonly when?: string
  readonly why?: string
}

/** {by, when, why}, each on one line and no longer than it is shown; whatever else it is, the version is withdrawn. */
export function factsOfWithdrawal(bytes: Uint8Array): WithdrawalFacts {
  const { by, when, why } = (parseJson(bytes) ?? {}) as Readonly<Record<string, unknown>>
  const textOf = (value: unknown, maxLength: number) =>
    typeof value === 'string'
      ? value
          .replace(/[\p{Cc}\s]+/gu, ' ')
          .trim()
          .slice(0, maxLength)
      : ''
  const [byText, whyText] = [textOf(by, 200), textOf(why, 500)]
  const atMs = Date.parse(textOf(when, 64))
  return {
    ...(byText === '' ? {} : { by: byText }),
    ...(Number.isNaN(atMs) ? {} : { when: new Date(atMs).toISOString() }),
    ...(whyText === '' ? {} : { why: whyText }),
  }
}

/** Undefined for a version that wasn't taken back. A reader who may not look there still installs what is published. */
export async function readWithdrawal(store: ObjectStore, ident: string, io: Io): Promise<WithdrawalFacts | undefined> {
  try {
    const { bytes } = await store.read(`orbital/withdrawn/${ident}.json`, { ...io, maxBytes: 64 * 1024 })
    return factsOfWithdrawal(bytes)
  } catch (error) {
    if (isAppError(error, 'object-not-found', ...mayNotLook)) return undefined
    if (isAppError(error, 'package-too-large')) return {}
    throw error
  }
}
