/**
 * The app's window for a browser on this machine.
 *
 * 1. Listen on loopback only; the address gets a token of its own in its fragment, which no browser ever sends.
 * 2. Write the address to a file that only its owner can read.
 * 3. Each request: small limits, then the access guard, then page, call, cancel or events.
 * 4. Stop: cancel, end the streams, close, remove the file if it is still this host's.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { framesOf } from '../../shared/error-frames.ts'
import { AppError, assertNever } from '../../shared/errors.ts'
import { type EngineApi, engineContract } from '../../shared/ipc/engine-api.ts'
import { type HostApi, hostContract } from '../../shared/ipc/host-api.ts'
import type { Disk, Log } from '../engine/ports.ts'
import { answerPage, type ReadPageFile } from '../ipc/page.ts'
import { createRouter } from '../ipc/router.ts'
import { type AccessGuard, createAccessGuard } from './access-guard.ts'
import { answerStatus, createHttpTransport, type EventSource, type HttpTransport } from './http-transport.ts'

export interface WebHostOptions {
  readonly api: EngineApi
  readonly hostApi: HostApi
  readonly events: EventSource
  readonly disk: Disk
  readonly log: Log
  /** Orbital's home folder, for the file with the address. */
  readonly home: string
  /** A free one when absent. */
  readonly port?: number | undefined
  /** The built page. */
  readonly rendererFolder: string
}

export interface WebHost {
  /** With the token: whoever has it controls this host. */
  readonly url: string
  stop(): Promise<void>
}

export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { disk, log, home } = options
  const router = createRouter(
    { ...engineContract, ...hostContract },
    { ...options.api, ...options.hostApi },
    {
      report: (procedure, error) =>
        log.write(error.code === 'internal' ? 'error' : 'debug', 'call.failed', {
          procedure,
          code: error.code,
          ...(error.code === 'internal' ? { what: error.details, frames: framesOf(error.cause) } : {}),
        }),
    },
  )
  const transport = createHttpTransport({ router, events: options.events })
  const readPageFile = createPageReader(options.rendererFolder)

  let guard: AccessGuard | undefined
  const server = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 },
    (request, response) => {
      if (guard !== undefined) void answer(request, response, { guard, transport, readPageFile, log })
    },
  )
  server.maxConnections = 256
  const port = await listen(server, options.port) // 1
  guard = createAccessGuard({ port })
  const url = `http://127.0.0.1:${port}/#token=${guard.token}`
  const addressFile = path.join(home, 'state', 'web-host.json')
  const address = Buffer.from(`${JSON.stringify({ format: 1, url, pid: process.pid })}\n`)
  disk.makeFolder(path.dirname(addressFile))
  disk.replace(addressFile, address, { secret: true }) // 2
  log.write('info', 'web-host.started', { port })

  return {
    url,
    async stop() {
      transport.stop() // 4
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      const found = disk.read(addressFile, { maxBytes: 10_000 })
      if (found !== undefined && address.equals(found)) disk.removeFile(addressFile)
      log.write('info', 'web-host.stopped', { port })
    },
  }
}

interface Parts {
  readonly guard: AccessGuard
  readonly transport: HttpTransport
  readonly readPageFile: ReadPageFile
  readonly log: Log
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { transport, log } = parts
  response.on('error', (error) => log.write('debug', 'web-host.response', { error: error.name }))
  const { method = '', url: target = '', headers } = request
  const admission = parts.guard.admit({ method, target, headers }) // 3
  try {
    switch (admission.kind) {
      case 'refused':
        log.write('warn', 'web-host.refused', { status: admission.status, reason: admission.reason })
        return answerStatus(response, admission.status)
      case 'call':
        return await transport.call(admission.procedure, request, response)
      case 'cancel':
        return await transport.cancel(request, response)
      case 'events':
        return transport.events(request, response)
      case 'page': {
        const page = await answerPage(admission.pathname, parts.readPageFile)
        response.writeHead(page.status, { ...page.headers, 'content-length': String(page.body.length) })
        response.end(method === 'HEAD' ? undefined : page.body)
        return
      }
      default:
        return assertNever(admission)
    }
  } catch (error) {
    log.write('error', 'web-host.failed', { frames: framesOf(error) })
    answerStatus(response, 500)
  }
}

function createPageReader(folder: string): ReadPageFile {
  return async (name) => {
    try {
      return new Uint8Array(await readFile(path.join(folder, name)))
    } catch {
      return undefined
    }
  }
}

function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE' || error.code === 'EACCES'
      reject(
        isTaken ? new AppError('usage', { problem: `Port ${port} can’t be used: it is taken or reserved.` }) : error,
      )
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve((server.address() as AddressInfo).port))
  })
}
