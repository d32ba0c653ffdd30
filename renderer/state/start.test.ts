import { expect, it, vi } from 'vitest'
import type { Change, EngineEvent } from '../../shared/ipc/events.ts'
import { transport } from '../ipc/link.ts'
import { fetchConnections } from './connections.ts'
import { fetchCatalog } from './packages.ts'
import { startState } from './start.ts'

it('lists the store of a connection once when it moved, and when something else of it changed', async () => {
  let path = '/store'
  const listed: unknown[] = []
  let calls = 0
  vi.spyOn(transport, 'call').mockImplementation(async ({ procedure, input }) => {
    calls += 1
    if (procedure === 'catalog.list') listed.push(input)
    if (procedure === 'connections.list')
      return { ok: true, value: [{ id: 'team', name: 'Team', location: { kind: 'folder', path }, isDefault: true }] }
    const list = { packages: [], unreadable: [], total: 0, refreshedAt: '2026-01-01T00:00:00Z', changed: [], gone: [] }
    return { ok: true, value: procedure.startsWith('catalog') ? { kind: 'list-anew', ...list } : {} }
  })
  let hear = (_event: EngineEvent) => {}
  vi.spyOn(transport, 'onEvent').mockImplementation((listener) => {
    hear = listener
    return () => {}
  })
  // Each answer is there at once: when a turn of the loop brings no further call, there is none to come.
  const untilQuiet = async () => {
    for (let seen = -1; seen !== calls; ) {
      seen = calls
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  startState(() => Promise.resolve())
  await fetchConnections()
  await fetchCatalog('team')
  hear({ kind: 'hello', epoch: 'e', seq: 0 })
  const change: Change = { kind: 'connections.changed' }
  for (const [seq, place] of ['/moved', '/moved'].entries()) {
    path = place
    await untilQuiet()
    listed.length = 0
    hear({ kind: 'change', epoch: 'e', seq: seq + 1, change })
    await untilQuiet()
    expect(listed).toHaveLength(1)
  }
})
