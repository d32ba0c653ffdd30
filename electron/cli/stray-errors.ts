/**
 * An exception or a rejection that nobody caught is a mistake of the program: the command ends, in order.
 *  1. The first is printed like any error, as `internal`; the frames of each go to the log, without their text.
 *  2. Whatever listens to SIGTERM stops as it does for that signal: a command's engine, a web host. Then its exit code is 1.
 *  3. Nobody listens, or it takes too long: the process ends itself, with 1.
 */
import { framesOf } from '../../shared/error-frames.ts'
import { exitCodeOf, isAppError, type WireError } from '../../shared/errors.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { homeFolder } from '../engine/home.ts'
import { createLogFile } from '../engine/log-file.ts'
import { createSystemClock } from '../engine/system-clock.ts'

const longestStopMs = 10_000

/** From now on for the whole process. `hasHappened`: how else the command ends is of no interest any more. */
export function endOnStrayErrors(print: (error: WireError) => void): { hasHappened(): boolean } {
  let happened = false
  const end = () => void process.stdout.write('', () => process.exit(exitCodeOf('internal')))
  const stop = (error: unknown) => {
    writeToLog(error) // 1
    if (happened) return
    happened = true
    print({ code: 'internal', details: { what: nameOf(error) } })
    setTimeout(end, longestStopMs) // 3
    if (!process.emit('SIGTERM', 'SIGTERM')) end() // 2
  }
  process.on('uncaughtException', stop)
  process.on('unhandledRejection', stop)
  return { hasHappened: () => happened }
}

const nameOf = (error: unknown): string =>
  isAppError(error) ? error.code : error instanceof Error ? error.name : typeof error

function writeToLog(error: unknown): void {
  try {
    const home = homeFolder(process.env, process.platform)
    const log = createLogFile({ disk: createNodeDisk(), clock: createSystemClock(), home, level: 'error' })
    log.write('error', 'program.failed', { what: nameOf(error), frames: framesOf(error) })
    log.flush()
  } catch {
    // Without a home there is no log; that the command failed is printed all the same.
  }
}
