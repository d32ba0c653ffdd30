import { useCallback, useEffect, useRef, useState } from 'react'
import { type AppError, isAppError, toAppError } from '../../shared/errors.ts'

export interface Action {
  /** True while it runs. */
  readonly busy: boolean
  /** Why the last one failed; shown where the thing is. */
  readonly failure?: AppError
  /** Runs it; never rejects. A new one takes the failure of the last one away. What was cancelled is no failure. */
  run(work: () => Promise<unknown>): Promise<void>
  dismiss(): void
}

/** For what a press of a button does: whether it runs, and why it failed. */
export function useAction(): Action {
  const [state, setState] = useState<{ readonly busy: boolean; readonly failure?: AppError }>({ busy: false })
  const mounted = useRef(true)
  useEffect(() => {
    mounted.current = true
    return () => {
      mounted.current = false
    }
  }, [])
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setState({ busy: true })
    let failure: AppError | undefined
    try {
      await work()
    } catch (error) {
      if (!isAppError(error, 'cancelled')) failure = toAppError(error)
    }
    if (mounted.current) setState({ busy: false, failure })
  }, [])
  const dismiss = useCallback(() => setState({ busy: false }), [])
  return { ...state, run, dismiss }
}
