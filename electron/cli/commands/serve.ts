import type { LogLevel } from '../../engine/ports.ts'
import type { ParsedArguments } from '../arguments.ts'
import { usage } from '../arguments.ts'
import type { Command } from '../command.ts'
import type { Output } from '../output.ts'

export const serve: Command = {
  name: 'serve',
  usage: '[--port PORT]',
  summary: 'Serve the app’s window to a browser on this machine (loopback only).',
  mostWords: 0,
  takesNo: ['library', 'app'],
  options: [{ name: 'port', value: 'PORT', help: 'the port (default: a free one)' }],
  run: () => Promise.reject(usage('orbital serve can’t run inside another command.')),
}

/** `serve` makes no engine of the command line's: the web host has its own. Ends with Ctrl-C, or with the program that started it with a channel. */
export async function runServe(parsed: ParsedArguments, output: Output, level: LogLevel): Promise<number> {
  const port = parsed.values.get('port')?.[0]
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw usage('--port takes a number up to 65535.')
  const { serve: start } = await import('../../web-host/serve.ts')
  const host = await start({ env: process.env, level, ...(port === undefined ? {} : { port: Number(port) }) })
  output.result({ url: host.url }, [`Orbital is open at ${host.url}`, 'Stop it with Ctrl-C.'])
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
    // Of a program that started this one with a channel to it: it is gone.
    process.once('disconnect', () => resolve())
  })
  await host.stop()
  return 0
}
