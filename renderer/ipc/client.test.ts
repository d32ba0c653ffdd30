import { describe, expect, it } from 'vitest'
import type { Answer, CallEnvelope } from '../../shared/ipc/wire.ts'
import { createClient } from './client.ts'
import type { Transport } from './transport.ts'

function rig(answer: (envelope: CallEnvelope) => Promise<Answer>) {
  const calls: CallEnvelope[] = []
  const cancelled: string[] = []
  const transport: Transport = {
    call: (envelope) => {
      calls.push(envelope)
      return answer(envelope)
    },
    cancel: (callId) => cancelled.push(callId),
    onEvent: () => () => {},
    onLink: () => () => {},
    pathOfDrop: () => '',
  }
  return { client: createClient(transport), calls, cancelled }
}

describe('the client', () => {
  it('names the procedure and gives each call an id of its own', async () => {
    const { client, calls } = rig(async () => ({ ok: true, value: [] }))
    expect(await client.transfers.list({})).toEqual([])
    await client.host.reveal({ path: '/a' })
    expect(calls.map(({ procedure, input }) => [procedure, input])).toEqual([
      ['transfers.list', {}],
      ['host.reveal', { path: '/a' }],
    ])
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(2)
  })

  it('rejects with the engine’s error', async () => {
    const { client } = rig(async () => ({ ok: false, error: { code: 'busy', details: { what: 'library' } } }))
    await expect(client.libraries.list({})).rejects.toMatchObject({ code: 'busy', details: { what: 'library' } })
  })

  it('shows nothing of what a broken transport says', async () => {
    const { client } = rig(() => Promise.reject(new Error('secret')))
    const error = await client.libraries.list({}).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'internal' })
    expect(JSON.stringify((error as { details: unknown }).details)).not.toContain('secret')
  })

  it('cancels the call when its signal aborts, and rejects at once', async () => {
    const { client, calls, cancelled } = rig(() => new Promise(() => {}))
    const stop = new AbortController()
    const call = client.catalog.list({}, { signal: stop.signal })
    stop.abort()
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    expect(cancelled).toEqual([calls[0]?.callId])
  })

  it('does not call at all when it was aborted before', async () => {
    const { client, calls } = rig(async () => ({ ok: true, value: [] }))
    await expect(client.catalog.list({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
    expect(calls).toEqual([])
  })

  it('does not cancel what has ended', async () => {
    const { client, cancelled } = rig(async () => ({ ok: true, value: [] }))
    const stop = new AbortController()
    await client.transfers.list({}, { signal: stop.signal })
    stop.abort()
    expect(cancelled).toEqual([])
  })
})
