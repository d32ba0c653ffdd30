const everyMs = 250

/** Calls `tick` four times a second while it is on. */
export function createTicker(tick: () => void): { set(isOn: boolean): void } {
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    set(isOn) {
      if (isOn) timer ??= setInterval(tick, everyMs)
      else {
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
