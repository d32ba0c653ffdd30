import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { numberedVersions, writeInstalledVersions, writeSmallVersions } from '../../../testkit/small-versions.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { createNodeDisk } from '../disk/node-disk.ts'

const MiB = 1024 * 1024
const ref = { name: 'model', version: '1.0.0' }

test('what is begun needs no room again for what came of it: the same asked for goes on with it', async () => {
  await using folder = await createTempFolder()
  const model = path.join(folder.path, 'model')
  mkdirSync(model)
  writeFileSync(path.join(model, 'weights.bin'), Buffer.alloc(MiB, 1))
  let freeBytes = 1000 * MiB
  const disk = createNodeDisk()
  const engine = await startTestEngine(
    path.join(folder.path, 'home'),
    {},
    { ...disk, volume: () => ({ totalBytes: 2000 * MiB, freeBytes }) },
  )
  try {
    await engine.publish(model, ref)
    const { planId } = await engine.api.install.plan({ source: { ref } })
    freeBytes = MiB / 2
    const { transferId } = await engine.api.install.start({ planId, ignoreCompatibility: true })
    expect(await engine.api.transfers.wait({ id: transferId })).toMatchObject({
      state: { kind: 'paused', reason: 'disk-full' },
    })
    const again = await engine.api.install.plan({ source: { ref } })
    expect(again).toMatchObject({ enoughSpace: true, freeBytes })
    expect(await engine.api.install.start({ planId: again.planId, ignoreCompatibility: true })).toEqual({ transferId })
    await engine.api.transfers.wait({ id: transferId })
    await engine.api.transfers.cancel({ id: transferId })
    expect(await engine.api.install.plan({ source: { ref } })).toMatchObject({ enoughSpace: false })
  } finally {
    await engine.stop()
  }
})

test('very many planned together can all be started, and what is installed is looked at once for all', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  const library = path.join(home, 'library')
  writeInstalledVersions(library, numberedVersions(120))
  const newer = numberedVersions(120).map(({ name }) => ({ name, version: '2.0.0', text: 'the same in all of them' }))
  writeSmallVersions(path.join(home, 'registry'), newer)
  const disk = createNodeDisk()
  let listings = 0
  const entries: typeof disk.entries = (of) => {
    if (of === library) listings += 1
    return disk.entries(of)
  }
  const engine = await startTestEngine(home, {}, { ...disk, entries })
  try {
    const question = (name: string) => ({ source: { ref: { name, version: '2.0.0' } }, upgrade: true })
    const listingsOf = async (names: readonly string[]) => {
      const before = listings
      const answers = await engine.api.install.planEach({ questions: names.map(question) })
      return { answers, count: listings - before }
    }
    const few = await listingsOf(['package_000000', 'package_000001'])
    const many = await listingsOf(['nowhere', ...newer.map(({ name }) => name)])
    expect(many.count).toBe(few.count)
    const [missing, first, ...others] = many.answers
    expect(missing?.error?.code).toBe('package-not-found')
    expect(others.map(({ plan }) => plan?.replaces)).toEqual(Array.from({ length: 119 }, () => ['1.0.0']))
    const planId = first?.plan?.planId ?? ''
    const { transferId } = await engine.api.install.start({ planId, ignoreCompatibility: true })
    expect(await engine.api.transfers.wait({ id: transferId })).toMatchObject({ state: { kind: 'done' } })
    // What the first one has now, the others needn't fetch: each asks a few that have it, not all.
    const again = await engine.api.install.planEach({ questions: [question('package_000007')] })
    expect(again[0]?.plan?.reusedFrom).toEqual(['package_000000 2.0.0'])
  } finally {
    await engine.stop()
  }
})
