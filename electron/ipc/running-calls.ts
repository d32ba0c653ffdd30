import { AppError } from '../../shared/errors.ts'

export interface RunningCall {
  readonly signal: AbortSignal
  /** The call has been answered. */
  end(): void
}

/** The calls of all windows that have not been answered yet, so that a window can cancel its own. */
export interface RunningCalls {
  /** Throws `usage` when this window has a running call with that id. */
  begin(window: string, callId: string): RunningCall
  /** A call that is not there (any more) is none to cancel. */
  cancel(window: string, callId: string): void
  /** The window is gone. */
  cancelAll(window: string): void
}

export function createRunningCalls(): RunningCalls {
  const windows = new Map<string, Map<string, AbortController>>()
  return {
    begin(window, callId) {
      const calls = windows.get(window) ?? new Map<string, AbortController>()
      if (calls.has(callId)) throw new AppError('usage', { problem: 'A call with this id is still running.' })
      const controller = new AbortController()
      calls.set(callId, controller)
      windows.set(window, calls)
      return {
        signal: controller.signal,
        end() {
          if (calls.get(callId) === controller) calls.delete(callId)
          if (calls.size === 0 && windows.get(window) === calls) windows.delete(window)
        },
      }
    },
    cancel: (window, callId) => windows.get(window)?.get(callId)?.abort(new AppError('cancelled', {})),
    cancelAll(window) {
      for (const controller of windows.get(window)?.values() ?? []) controller.abort(new AppError('cancelled', {}))
    },
  }
}
