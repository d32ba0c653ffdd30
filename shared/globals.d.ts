/**
 * The few globals that Node and browsers have alike and that `shared` may use. The types of neither are loaded here
 * (`types: []`, no DOM), so whatever is missing from this file does not compile in `shared`.
 */

interface AbortSignal {
  readonly aborted: boolean
  /** What `abort(reason)` was given. */
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean })
  decode(input?: Uint8Array): string
}
