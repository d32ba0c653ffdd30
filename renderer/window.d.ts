import type { Bridge } from '../shared/ipc/wire.ts'

declare global {
  interface Window {
    /** Put there by the preload script; absent in a browser. */
    readonly orbital?: Bridge
  }
}
