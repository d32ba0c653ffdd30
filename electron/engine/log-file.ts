import path from 'node:path'
import type { Clock, Disk, Log, LogLevel } from './ports.ts'

const order: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']
const maxBytes = 4 * 1024 * 1024

/**
 * `<home>/logs/orbital.log`: one JSON line an event, `{time, level, event, …fields}`. At 4 MiB it becomes `orbital.1.log`. Lines are
 * gathered for a second; `flush` writes what is there (call it before the process ends). What can't be logged is dropped: a log never fails its caller.
 */
export function createLogFile(deps: {
  readonly disk: Disk
  readonly clock: Clock
  readonly home: string
  readonly level: LogLevel
}): Log & { flush(): void } {
  const { disk, clock } = deps
  const folder = path.join(deps.home, 'logs')
  const file = path.join(folder, 'orbital.log')
  let lines: string[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    if (timer !== undefined) clearTimeout(timer)
    timer = undefined
    if (lines.length === 0) return
    const text = lines.join('')
    lines = []
    try {
      disk.makeFolder(folder)
      if ((disk.facts(file)?.sizeBytes ?? 0) > maxBytes) disk.renameOver(file, path.join(folder, 'orbital.1.log'))
      disk.append(file, Buffer.from(text))
    } catch {
      lines = []
    }
  }
  return {
    write(level, event, fields) {
      if (order.indexOf(level) > order.indexOf(deps.level)) return
      lines.push(lineOf({ time: new Date(clock.now()).toISOString(), level, event }, fields))
      timer ??= setTimeout(flush, 1000).unref()
    },
    flush,
  }
}

function lineOf(
  event: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, unknown>> | undefined,
): string {
  try {
    return `${JSON.stringify({ ...event, ...fields })}\n`
  } catch {
    // Fields that are no JSON: a circle, a BigInt.
    return `${JSON.stringify({ ...event, unwritable: Object.keys(fields ?? {}) })}\n`
  }
}
