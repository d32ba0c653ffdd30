/**
 * Calls and events over Electron's IPC.
 *
 * 1. Only the main frame of a window, at the app's exact origin, is heard; anything else gets an error and a line in the log.
 * 2. Calls wait for the engine, so that the window can open before it is ready.
 * 3. Each window has one subscription; subscribing again replaces it and begins with `hello`.
 * 4. When a page goes away or is loaded anew, its calls are cancelled and its subscription ends.
 */
import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron'
import { toWire } from '../../shared/errors.ts'
import { type Answer, channels } from '../../shared/ipc/wire.ts'
import type { EventHub } from '../ipc/event-hub.ts'
import { callEnvelope, type Router } from '../ipc/router.ts'
import { createRunningCalls } from '../ipc/running-calls.ts'
import { appOrigin } from './app-protocol.ts'

export interface IpcTransportOptions {
  readonly router: Promise<Router>
  readonly hub: EventHub
  readonly onStranger: (channel: string, origin: string) => void
}

export function connectIpc({ router, hub, onStranger }: IpcTransportOptions): void {
  const running = createRunningCalls()
  const subscriptions = new Map<number, () => void>()
  const known = new Set<number>()

  const leave = (id: number) => {
    running.cancelAll(String(id)) // 4
    subscriptions.get(id)?.()
    subscriptions.delete(id)
  }
  const isOurs = (event: IpcMainEvent | IpcMainInvokeEvent, channel: string): boolean => {
    const frame = event.senderFrame
    const ours = frame !== null && frame === event.sender.mainFrame && frame.origin === appOrigin // 1
    if (ours) watch(event.sender)
    else onStranger(channel, frame?.origin ?? 'none')
    return ours
  }
  const watch = (contents: WebContents) => {
    const { id } = contents
    if (known.has(id)) return
    known.add(id)
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) leave(id)
    })
    contents.on('render-process-gone', () => leave(id))
    contents.once('destroyed', () => {
      leave(id)
      known.delete(id)
    })
  }

  ipcMain.handle(channels.call, async (event, envelope: unknown): Promise<Answer> => {
    if (!isOurs(event, channels.call)) return refused
    try {
      const parsed = callEnvelope.safeParse(envelope)
      if (!parsed.success) return refused
      const call = running.begin(String(event.sender.id), parsed.data.callId)
      try {
        return await (await router).handle(parsed.data, call) // 2
      } finally {
        call.end()
      }
    } catch (error) {
      return { ok: false, error: toWire(error) }
    }
  })
  ipcMain.on(channels.cancel, (event, callId: unknown) => {
    if (isOurs(event, channels.cancel) && typeof callId === 'string') running.cancel(String(event.sender.id), callId)
  })
  ipcMain.on(channels.subscribe, (event) => {
    if (!isOurs(event, channels.subscribe)) return
    const { sender } = event
    subscriptions.get(sender.id)?.() // 3
    const unsubscribe = hub.subscribe((message) => {
      if (!sender.isDestroyed()) sender.send(channels.event, message)
    })
    subscriptions.set(sender.id, unsubscribe)
  })
}

const refused: Answer = { ok: false, error: { code: 'usage', details: { problem: 'This call was not understood.' } } }
