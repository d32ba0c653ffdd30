import type { AppError } from '../../shared/errors.ts'

/** How far a piece of state is: nothing yet, there, or failed (what was there before stays shown). */
export type LoadState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: AppError }

export const loading: LoadState = { kind: 'loading' }
export const ready: LoadState = { kind: 'ready' }
