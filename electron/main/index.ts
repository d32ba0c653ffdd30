import { app, dialog } from 'electron'
import { describeStart, startApp } from './start-app.ts'

/**
 * The packaged program is also the command line: its launcher starts it with this word, and all after it are the command's own.
 * It then opens no window, and takes no lock.
 */
const commandLineMark = '--orbital-command-line'

const at = process.argv.indexOf(commandLineMark)
if (at === -1) {
  startApp().catch((error: unknown) => {
    dialog.showErrorBox('Orbital can’t start', describeStart(error))
    app.exit(1)
  })
} else {
  process.argv = [
    process.execPath,
    'orbital',
    ...process.argv.slice(at + 1).filter((word, index) => index > 0 || word !== '--'),
  ]
  // Built beside this file; the layers keep the app and the command line apart at all other times.
  const cli: unknown = await import(/* @vite-ignore */ new URL('./cli.js', import.meta.url).href)
  void cli
}
