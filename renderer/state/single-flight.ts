/**
 * Runs `work` at most once at a time. Asked while it runs, it runs once more afterwards, since what it fetched may be older than the question.
 * The promise resolves when the state is as new as the call; `work` handles its own errors.
 */
export function createSingleFlight(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined
    })
    return running
  }

  return () => {
    if (running === undefined) return start()
    next ??= running.then(() => {
      next = undefined
      return start()
    })
    return next
  }
}
