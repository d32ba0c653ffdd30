import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Available } from '../../../testkit/available.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { createInstallRig, type InstallRig, putPackage, readTree } from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'

const MiB = 1024 * 1024
const io = { signal: new AbortController().signal }

/** A small volume of its own, so that nobody else's files disturb the figures. */
async function mountSmallVolume(): Promise<Available<{ readonly path: string; unmount(): Promise<void> }>> {
  const folder: TempFolder = await createTempFolder('orbital-volume-')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder.path], { stdio: 'pipe' })
  } catch {
    await folder.remove()
    return { missing: 'a volume of its own can’t be mounted here (that needs Linux and root)' }
  }
  return {
    path: folder.path,
    async unmount() {
      execFileSync('umount', [folder.path])
      await folder.remove()
    },
  }
}

describeWith(await mountSmallVolume(), 'a small volume', (volume) => {
  let folder: TempFolder
  let rig: InstallRig
  const ref = { name: 'model', version: '1.0.0' }
  const files = {
    'a/weights.bin': createBytes(20 * MiB, 1),
    'a/b/labels.json': Buffer.from('[]'),
    'README.md': Buffer.alloc(5000, 65),
  }
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(volume.path)
    return bavail * bsize
  }
  beforeAll(async () => {
    folder = await createTempFolder()
    const store = path.join(folder.path, 'store')
    mkdirSync(store)
    putPackage(store, { ref, files })
    rig = createInstallRig({
      libraryPath: path.join(volume.path, 'library'),
      spec: { kind: 'folder', path: store, root: '' },
    })
  })
  afterAll(async () => {
    await volume.unmount()
    await folder.remove()
  })

  test('removing frees what the volume says, and what was said before', async () => {
    await rig.run(rig.createTask(await rig.request(ref)))
    const usage = await rig.library.usage(io)
    expect(usage.volume.freeBytes).toBe(freeBytes())
    const before = freeBytes()
    const entry = rig.library.remove(ref)
    const freed = await rig.library.emptyTrash([entry.id], io)
    const gained = freeBytes() - before
    expect(gained).toBeGreaterThanOrEqual(20 * MiB)
    // The facts and the entry's own file, a page each.
    expect(Math.abs(gained - (usage.packages[0]?.freedBytes ?? 0))).toBeLessThanOrEqual(3 * 4096)
    expect(Math.abs(gained - freed)).toBeLessThanOrEqual(3 * 4096)
  })

  test('that is too small is told before a byte is fetched', async () => {
    const filler = path.join(volume.path, 'filler')
    writeFileSync(filler, Buffer.alloc(freeBytes() - 15 * MiB))
    const task = rig.createTask(await rig.request(ref))
    await expect(rig.run(task)).rejects.toMatchObject({
      code: 'disk-full',
      details: { neededBytes: expect.any(Number) },
    })
    expect(task.meter.wireBytes()).toBe(0)
    rmSync(filler)
    await rig.run(rig.openTask(task.id))
    expect(rig.library.list()).toMatchObject([{ ref }])
  })

  test('needs no room again for what is spooled of a large file', async () => {
    const stream = { name: 'stream', version: '1.0.0' }
    // In the tree and in the spool it takes 64 MiB.
    putPackage(path.join(folder.path, 'store'), {
      ref: stream,
      files: { 'weights.bin': createBytes(32 * MiB, 2) },
      old: true,
    })
    let ranges = 0
    const stopped = createInstallRig({
      libraryPath: path.join(volume.path, 'other'),
      spec: { kind: 'folder', path: path.join(folder.path, 'store'), root: '' },
      connections: 1,
      step(name) {
        if (name === 'install.settled range' && ++ranges === 4) throw new AppError('cancelled', {})
      },
    })
    const filler = path.join(volume.path, 'filler')
    const task = stopped.createTask(await stopped.request(stream))
    await expect(stopped.run(task)).rejects.toMatchObject({ code: 'cancelled' })
    writeFileSync(filler, Buffer.alloc(freeBytes() - 42 * MiB))
    await stopped.run(stopped.openTask(task.id))
    expect(stopped.library.list()).toMatchObject([{ ref: stream }])
    rmSync(path.join(volume.path, 'other'), { recursive: true })
    rmSync(filler)
  })

  /** Up to the last MiB, or to the last byte: the install writes meanwhile. */
  const fillUp = (file: string) => {
    try {
      writeFileSync(file, Buffer.alloc(freeBytes() - MiB))
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
    }
  }

  test('that fills up on the way keeps what came, and goes on when there is room', async () => {
    const request = await rig.request(ref, { force: true })
    const filler = path.join(volume.path, 'filler')
    const task = rig.createTask(request)
    const filling = createInstallRig({
      libraryPath: path.join(volume.path, 'library'),
      spec: { kind: 'folder', path: path.join(folder.path, 'store'), root: '' },
      connections: 1,
      step: (name) => {
        if (name === 'install.bound') writeFileSync(filler, Buffer.alloc(freeBytes() - 32 * MiB))
        if (name === 'install.settled fetch' && freeBytes() > 2 * MiB && !grown) {
          grown = true
          fillUp(`${filler}-2`)
        }
      },
    })
    let grown = false
    await expect(filling.run(task)).rejects.toMatchObject({ code: 'disk-full' })
    expect(rig.library.list()).toMatchObject([{ ref }])
    rmSync(filler)
    rmSync(`${filler}-2`)
    const again = rig.openTask(task.id)
    await rig.run(again)
    expect(again.meter.wireBytes()).toBeLessThan(14 * MiB)
    expect(
      readTree(path.join(rig.library.places.version('model-1.0.0')))['a/weights.bin']?.equals(files['a/weights.bin']),
    ).toBe(true)
    expect(rig.library.trash()).toHaveLength(1)
  })
})
