import { useCallback, useEffect, useRef, useState } from 'react'
import { type AppError, isAppError, toAppError } from '../../shared/errors.ts'
import { shortErrorOf } from '../text/error-view.ts'
import { showToast } from './toast.tsx'

export interface Action {
  /** True while any of them runs. */
  readonly busy: boolean
  /** Why the last one that was begun failed; shown where the thing is. */
  readonly failure?: AppError
  /**
   * Runs it; never rejects. A new one takes the failure of the last one away. What was cancelled is no failure. One that fails after another was begun, or after
   * its place is gone, says so in a toast.
   */
  run(work: () => Promise<unknown>): Promise<void>
  dismiss(): void
}

/** For what a press of a button does: whether it runs, and why it failed. */
export function useAction(): Action {
  const [running, setRunning] = useState(0)
  const [failure, setFailure] = useState<AppError>()
  const newest = useRef(0)
  const mounted = useRef(true)
  useEffect(() => {
    mounted.current = true
    return () => {
      mounted.current = false
    }
  }, [])
  const run = useCallback(async (work: () => Promise<unknown>) => {
    newest.current += 1
    const own = newest.current
    setRunning((count) => count + 1)
    setFailure(undefined)
    try {
      await work()
    } catch (error) {
      if (isAppError(error, 'cancelled')) return
      const failed = toAppError(error)
      if (mounted.current && own === newest.current) setFailure(failed)
      else showToast({ text: shortErrorOf(failed) })
    } finally {
      setRunning((count) => count - 1)
    }
  }, [])
  const dismiss = useCallback(() => setFailure(undefined), [])
  return { busy: running > 0, failure, run, dismiss }
}
