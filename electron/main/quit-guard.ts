import type { App } from 'electron'

const longestStopMs = 10_000

/**
 * Quitting waits for `stop` (transfers are paused so that they can go on at the next start), but not for ever: what doesn't end
 * within 10 s is left to the journals. Signals quit the same way. What it answers is to be called when the system is about to end by itself: from then on
 * nothing waits, since macOS takes that for a refusal and gives up the logout.
 */
export function guardQuit(app: Pick<App, 'on' | 'quit'>, stop: () => Promise<void>): () => void {
  let state: 'running' | 'stopping' | 'stopped' = 'running'
  app.on('before-quit', (event) => {
    if (state === 'stopped') return
    event.preventDefault()
    if (state === 'stopping') return
    state = 'stopping'
    void Promise.race([stop(), new Promise((resolve) => setTimeout(resolve, longestStopMs))]).finally(() => {
      state = 'stopped'
      app.quit()
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  return () => {
    state = 'stopped'
  }
}
