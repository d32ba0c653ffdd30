import type { Bridge } from '../../shared/ipc/wire.ts'
import type { Transport } from './transport.ts'

/** The transport over what the preload script put on the window. The main process ends with the window, so the link never breaks. */
export const createElectronTransport = (bridge: Bridge): Transport => ({
  call: (envelope) => bridge.call(envelope),
  cancel: (callId) => bridge.cancel(callId),
  onEvent: (listener) => bridge.onEvent(listener),
  onLink: () => () => {},
  pathOfDrop: (file) => bridge.pathOfDrop(file),
})
