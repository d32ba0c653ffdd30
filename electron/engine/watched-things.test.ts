import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { createNodeDisk } from './disk/node-disk.ts'

test('a library that doesn’t answer holds up neither the engine nor the news of the others', async () => {
  await using folder = await createTempFolder()
  const share = path.join(folder.path, 'share')
  const disk = createNodeDisk()
  let isDead = false
  const lookedAt: string[] = []
  const engine = await startTestEngine(
    path.join(folder.path, 'home'),
    {},
    {
      ...disk,
      facts(target) {
        if (isDead && target.startsWith(share)) lookedAt.push(target)
        return disk.facts(target)
      },
      factsLater: (target) => (isDead && target.startsWith(share) ? new Promise(() => {}) : disk.factsLater(target)),
    },
  )
  try {
    await engine.api.libraries.add({ path: share })
    const other = path.join(folder.path, 'other')
    const { id } = await engine.api.libraries.add({ path: other })
    isDead = true
    mkdirSync(path.join(share, 'unseen'))
    const heard = engine.changes.length
    const told = () => engine.changes.slice(heard)
    for (const name of ['one', 'two']) {
      const before = told().length
      writeFileSync(path.join(other, name), '')
      await expect.poll(() => told().length, { timeout: 15_000 }).toBe(before + 1)
    }
    const news = { kind: 'installed.changed', libraryId: id }
    expect(told()).toEqual([news, news])
    expect(lookedAt).toEqual([])
  } finally {
    await engine.stop()
  }
}, 60_000)
