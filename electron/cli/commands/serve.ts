import { usage } from '../arguments.ts'
import type { Command } from '../command.ts'

/** Started by main.ts before an engine is made: the web host makes its own. */
export const serve: Command = {
  name: 'serve',
  usage: '[--port PORT]',
  summary: 'Serve the app’s window to a browser on this machine (loopback only).',
  options: [{ name: 'port', value: 'PORT', help: 'the port (default: a free one)' }],
  run: () => Promise.reject(usage('orbital serve can’t run inside another command.')),
}
