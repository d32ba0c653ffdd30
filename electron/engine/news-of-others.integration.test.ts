import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Change } from '../../shared/ipc/events.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'

const ref = { name: 'model', version: '1.0.0' }

test('a window hears within seconds what a command does to what it shows, and what it does itself is no news', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  const model = path.join(folder.path, 'model')
  mkdirSync(model)
  writeFileSync(path.join(model, 'a.bin'), Buffer.alloc(5000, 1))
  const app = await startTestEngine(home)
  const command = await startTestEngine(home, { role: 'cli' })
  let heard = app.changes.length
  const kindsSince = () => app.changes.slice(heard).map(({ kind }) => kind)
  const hears = async (kind: Change['kind'], act: () => Promise<unknown>) => {
    heard = app.changes.length
    await act()
    await expect.poll(kindsSince, { timeout: 15_000 }).toContain(kind)
  }
  try {
    const other = { name: 'other', version: '1.0.0' }
    await app.publish(model, ref, 'local')
    await app.publish(model, other, 'local')
    // The library's own folders are there from here on.
    await app.install(other, 'local')
    await app.api.catalog.list({ connectionId: 'local' })
    await hears('installed.changed', () => command.install(ref, 'local'))
    await hears('installed.changed', () => command.api.installed.keep({ ref, kept: true }))
    expect(await app.api.installed.list({})).toMatchObject([{ kept: true }, { ref: other }])
    await hears('installed.changed', () => command.api.installed.remove({ ref }))
    const [entry] = await app.api.trash.list({})
    await hears('installed.changed', () => command.api.trash.restore({ entryId: entry?.id ?? '' }))
    await hears('settings.changed', () => command.api.settings.set({ changes: { transfersAtOnce: 3 } }))
    const location = { kind: 'folder' as const, path: model }
    await hears('connections.changed', () => command.api.connections.add({ name: 'Team', location }))
    await hears('libraries.changed', () => command.api.libraries.add({ path: path.join(folder.path, 'more') }))
    await hears('catalog.changed', () => command.api.catalog.unpublish({ connectionId: 'local', ref }))
    expect((await app.api.catalog.list({ connectionId: 'local' })).packages).toMatchObject([{ name: 'other' }])

    // Whatever of this is not told of yet.
    await setTimeout(3000)
    heard = app.changes.length
    await app.api.installed.keep({ ref, kept: false })
    await app.api.settings.set({ changes: { transfersAtOnce: 2 } })
    await app.api.libraries.setDefault({ id: 'default' })
    await app.api.connections.setDefault({ id: 'team' })
    await app.api.catalog.unpublish({ connectionId: 'local', ref: other })
    await setTimeout(3000)
    const own = ['installed', 'settings', 'libraries', 'connections', 'catalog'].map((each) => `${each}.changed`)
    expect(kindsSince()).toEqual(own)
  } finally {
    await command.stop()
    await app.stop()
  }
}, 120_000)
