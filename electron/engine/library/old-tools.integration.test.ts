import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../../testkit/describe-with.ts'
import { createInstallRig, type InstallRig, putPackage, readTree } from '../../../testkit/install-rig.ts'
import { createOldTools, fetchOldTools, type OldTools } from '../../../testkit/old-tools.ts'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'

describeWith(await fetchOldTools(), 'one library folder, used by Orbital and the old tools', () => {
  let folder: TempFolder
  let libraryPath: string
  let rig: InstallRig
  let tools: OldTools
  const io = { signal: new AbortController().signal }
  const ref = { name: 'ours', version: '1.0.0' }
  const files = { 'data/weights.bin': Buffer.alloc(300_000, 3), 'README.md': Buffer.from('# Ours\n') }

  beforeAll(async () => {
    folder = await createTempFolder()
    const store = path.join(folder.path, 'store')
    libraryPath = path.join(folder.path, 'library')
    mkdirSync(store)
    for (const version of ['1.0.0', '2.0.0']) putPackage(store, { ref: { name: 'ours', version }, files })
    rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: store, root: '' } })
    tools = await createOldTools({ dataPath: libraryPath })
  })
  afterAll(async () => {
    await tools?.stop()
    await folder?.remove()
  })

  test('what Orbital installed they find, and nothing of what is half-done or in the trash', async () => {
    await rig.run(rig.createTask(await rig.request(ref)))
    await rig.run(rig.createTask(await rig.request({ name: 'ours', version: '2.0.0' })))
    rig.library.remove({ name: 'ours', version: '2.0.0' })
    const staged = path.join(libraryPath, '.orbital/staging/abc/tree')
    mkdirSync(staged, { recursive: true })
    writeFileSync(path.join(staged, 'meta.json'), '{}')
    const before = readTree(path.join(libraryPath, '.orbital'))
    expect(await tools.find()).toEqual([{ name: 'ours', version: '1.0.0' }])
    expect(await tools.files('ours')).toMatchObject({ 'data/weights.bin': { size: 300_000 } })
    expect(readTree(path.join(libraryPath, '.orbital'))).toEqual(before)
    rmSync(path.join(libraryPath, '.orbital/staging'), { recursive: true })
  })

  test('what they installed Orbital lists as not verified, verifies, removes and puts back', async () => {
    const theirs = { name: 'theirs', version: '1.2.3' }
    const archive = path.join(folder.path, 'theirs.sputnik')
    await buildPackageFolder(path.join(folder.path, 'source'), {
      manifest: theirs,
      files: [{ path: 'a/b.bin', sizeBytes: 70_001 }],
    })
    await tools.build(path.join(folder.path, 'source'), archive)
    await tools.install(archive)
    expect(rig.library.get(theirs).verifiedAt).toBeUndefined()
    expect(await rig.library.verify(theirs, io)).toMatchObject({ damaged: [], missing: [], extra: [] })
    expect(rig.library.get(theirs).verifiedAt).toBeDefined()
    const entry = rig.library.remove(theirs)
    expect(await tools.find('theirs')).toEqual([])
    rig.library.restore(entry.id)
    expect(await tools.find('theirs')).toEqual([theirs])
  })

  test('what they removed is gone for Orbital, with its facts', async () => {
    await tools.remove('ours')
    expect(rig.library.find(ref)).toBeUndefined()
    await rig.run(rig.createTask(await rig.request(ref)))
    expect(await tools.find('ours')).toEqual([{ name: 'ours', version: '1.0.0' }])
  })
})
