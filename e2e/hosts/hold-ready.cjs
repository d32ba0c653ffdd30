/**
 * Required by the Electron under test before the app: "ready" is held back until Playwright is connected and calls
 * `__playwright_run`. Without it a window that opens while Playwright connects can hang the launch. Playwright has such a file too,
 * but it turns the keyring off.
 */
const { app } = require('electron')

const ready = app.whenReady()
const emit = app.emit.bind(app)
let readyArguments = []
let isReleased = false
let release
const released = new Promise((resolve) => {
  release = resolve
})
app.emit = (event, ...values) => {
  if (event !== 'ready' || isReleased) return emit(event, ...values)
  readyArguments = values
  return app.listenerCount('ready') > 0
}
app.isReady = () => isReleased
app.whenReady = () => released
globalThis.__playwright_run = async () => {
  await ready
  isReleased = true
  release()
  emit('ready', ...readyArguments)
}
