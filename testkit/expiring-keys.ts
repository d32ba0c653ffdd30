import { readFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, request as forward, type RequestListener } from 'node:http'
import path from 'node:path'
import { portOf } from './free-ports.ts'
import type { S3Keys } from './s3-store.ts'

export interface ExpiringKeys {
  /** Takes the place of the store's endpoint: refuses keys that have ended, with `ExpiredToken`. */
  readonly endpoint: string
  /** A `credential_process`: hands out the next pair of keys at each call. */
  readonly command: string
  /** Calls of the process so far. */
  calls(): number
  /** Requests that were refused for a key that had ended. */
  readonly refused: readonly string[]
  /** Requests that went on to the store. */
  readonly passed: readonly string[]
  stop(): Promise<void>
}

/**
 * Keys that end: a process that hands them out one after the other, and a gate in front of a store that stops to take each of them `lifeMs` after it
 * was handed out. With `saysWhen` the process tells when that will be, else nobody knows before the store refuses.
 */
export async function startExpiringKeys(options: {
  readonly folder: string
  readonly target: string
  readonly keys: readonly S3Keys[]
  readonly lifeMs: number
  readonly saysWhen: boolean
}): Promise<ExpiringKeys> {
  const { folder, keys, lifeMs, saysWhen } = options
  const handedOut = path.join(folder, 'handed-out')
  await mkdir(handedOut, { recursive: true })
  const script = path.join(folder, 'give-keys.mjs')
  await writeFile(
    script,
    `#!${process.execPath}
import { readdirSync, writeFileSync } from 'node:fs'
const keys = ${JSON.stringify(keys)}
const { accessKeyId, secretAccessKey } = keys[readdirSync(${JSON.stringify(handedOut)}).length]
const endMs = Date.now() + ${lifeMs}
writeFileSync(${JSON.stringify(`${handedOut}/`)} + accessKeyId, String(endMs))
const when = ${saysWhen} ? { Expiration: new Date(endMs).toISOString() } : {}
console.log(JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, ...when }))
`,
  )
  await chmod(script, 0o755)
  const endOf = (keyId: string): number => {
    try {
      return Number(readFileSync(path.join(handedOut, keyId), 'utf8'))
    } catch {
      return 0
    }
  }
  const { hostname, port } = new URL(options.target)
  const refused: string[] = []
  const passed: string[] = []
  const handle: RequestListener = (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const keyId = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
    if (Date.now() > endOf(keyId)) {
      refused.push(`${method} ${url}`)
      incoming.resume()
      const body = '<?xml version="1.0"?><Error><Code>ExpiredToken</Code><Message>m</Message></Error>'
      return void outgoing
        .writeHead(400, { 'content-type': 'application/xml', 'content-length': body.length })
        .end(body)
    }
    passed.push(`${method} ${url}`)
    const upstream = forward({ hostname, port, method, path: url, headers, agent: false })
    upstream.flushHeaders()
    upstream.on('continue', () => outgoing.writeContinue())
    upstream.on('error', () => outgoing.destroy())
    outgoing.on('close', () => upstream.destroy())
    upstream.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(upstream)
  }
  const server = createServer()
  server.on('request', handle)
  server.on('checkContinue', handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    command: script,
    calls: () => keys.filter(({ accessKeyId }) => endOf(accessKeyId) > 0).length,
    refused,
    passed,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
