import { shellText } from '../text/shell.ts'
import { showToast } from '../ui/toast.tsx'
import { isSheetOpen } from './keys.ts'

/** Long enough for a sheet to come that was just asked for, or that takes the place of another. */
const againMs = 200

const waiting: (() => void)[] = []
let timer: ReturnType<typeof setTimeout> | undefined
let isTold = false

/**
 * For what comes from outside: a link, an opened file. It is done at once, or, where a sheet is open, when that is closed, since what is
 * typed in it would be lost; a toast says that it waits. One after the other: each may open a sheet of its own.
 */
export function afterSheets(work: () => void): void {
  waiting.push(work)
  if (timer === undefined) next()
}

function next(): void {
  timer = undefined
  if (waiting.length === 0) return
  if (isSheetOpen()) tell()
  else {
    isTold = false
    waiting.shift()?.()
  }
  timer = setTimeout(next, againMs)
}

function tell(): void {
  if (!isTold) showToast({ text: shellText.arrived.waits })
  isTold = true
}
