import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { EngineEvent } from '../../shared/ipc/events.ts'
import { type Bridge, channels } from '../../shared/ipc/wire.ts'

/** All that the page can reach of this program. `exposeInMainWorld` copies and freezes it. */
const bridge: Bridge = {
  call: (envelope) => ipcRenderer.invoke(channels.call, envelope),
  cancel: (callId) => ipcRenderer.send(channels.cancel, callId),
  onEvent(listener) {
    const hear = (_: unknown, event: EngineEvent) => listener(event)
    ipcRenderer.on(channels.event, hear)
    ipcRenderer.send(channels.subscribe)
    return () => void ipcRenderer.off(channels.event, hear)
  },
  pathOfDrop: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ''),
}

contextBridge.exposeInMainWorld('orbital', bridge)
