import { type Client, createClient } from './client.ts'
import { createElectronTransport } from './electron-transport.ts'
import { createHttpTransport, takeToken } from './http-transport.ts'
import type { Transport } from './transport.ts'

/** The window's one transport: Electron's bridge where there is one, else HTTP to the host that served the page. */
export const transport: Transport =
  window.orbital === undefined ? createHttpTransport(takeToken()) : createElectronTransport(window.orbital)

/** The window's one client. */
export const client: Client = createClient(transport)
