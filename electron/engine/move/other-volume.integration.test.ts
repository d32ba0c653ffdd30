import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'

const memory = '/dev/shm'
const MiB = 1024 * 1024
const ref = { name: 'model', version: '1.0.0' }
const main = path.resolve(import.meta.dirname, '../../cli/main.ts')
/** What else lies in the library: long enough to be caught at it. */
const stray = ['one.bin', 'two.bin', 'three.bin', 'four.bin']

describe.skipIf(!existsSync(memory) || statSync(memory).dev === statSync(import.meta.dirname).dev)(
  'a library moved to a volume that really is another one',
  () => {
    let folder: TempFolder
    let there: TempFolder
    let home: string
    let library: string
    let to: string
    beforeEach(async () => {
      folder = await createTempFolder()
      there = await createTempFolder('orbital-move-', memory)
      home = path.join(folder.path, 'home')
      library = path.join(home, 'library')
      to = path.join(there.path, 'models')
      await buildPackageFolder(path.join(folder.path, 'source'), {
        manifest: ref,
        files: [{ path: 'a.bin', sizeBytes: MiB }],
      })
      const engine = await startTestEngine(home)
      await engine.publish(path.join(folder.path, 'source'))
      await engine.install(ref)
      await engine.stop()
      for (const [at, name] of stray.entries()) writeFileSync(path.join(library, name), Buffer.alloc(60 * MiB, at + 1))
    })
    afterEach(async () => {
      await folder.remove()
      await there.remove()
    })
    const expectAll = (place: string) => {
      for (const [at, name] of stray.entries()) {
        const bytes = readFileSync(path.join(place, name))
        expect([bytes.length, bytes.every((byte) => byte === at + 1)]).toEqual([60 * MiB, true])
      }
    }

    test('can be read and not changed meanwhile; paused it can be changed, and what changed comes along; cancelled it leaves nothing', async () => {
      const { api, stop, watchSamples } = await startTestEngine(home)
      const moving = async () => {
        const { transferId: id } = await api.libraries.move({ id: 'default', path: to })
        await new Promise<void>((resolve) => {
          const end = watchSamples(({ transferId, progress }) => {
            if (transferId !== id || progress.receivedBytes < 20 * MiB) return
            end()
            resolve()
          })
        })
        return id
      }
      const first = await moving()
      expect(await api.installed.list({})).toMatchObject([{ ref, path: path.join(library, 'model-1.0.0') }])
      await expect(api.installed.remove({ ref })).rejects.toMatchObject({ code: 'busy', details: { moving: true } })
      await expect(api.installed.verify({ ref })).rejects.toMatchObject({ code: 'busy', details: { moving: true } })
      await api.transfers.cancel({ id: first })
      expect(readdirSync(there.path)).toEqual([])
      expectAll(library)

      const second = await moving()
      await api.transfers.pause({ id: second })
      expect((await api.transfers.list({}))[0]).toMatchObject({ id: second, state: { kind: 'paused' } })
      const entry = await api.installed.remove({ ref })
      writeFileSync(path.join(library, 'one.bin'), Buffer.alloc(60 * MiB, 9))
      await api.transfers.resume({ id: second })
      expect(await api.transfers.wait({ id: second })).toMatchObject({ state: { kind: 'done' }, outcome: { path: to } })
      expect(existsSync(library)).toBe(false)
      expect(readFileSync(path.join(to, 'one.bin')).every((byte) => byte === 9)).toBe(true)
      expect(await api.trash.list({})).toMatchObject([{ id: entry.id }])
      await api.trash.restore({ entryId: entry.id })
      expect(await api.installed.list({})).toMatchObject([{ ref, verifiedAt: expect.any(String) }])
      await stop()
    })

    test('goes on by the same command when it was killed, and what was copied is not copied again', async () => {
      const orbital = async (killAtBytes?: number) => {
        const child = spawn(
          process.execPath,
          ['--disable-warning=ExperimentalWarning', main, 'libraries', 'move', 'My library', to, '--json'],
          { env: { PATH: process.env.PATH, HOME: folder.path, ORBITAL_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
        )
        let output = ''
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text
          const lines = output
            .split('\n')
            .slice(0, -1)
            .filter((line) => line.startsWith('{"type"'))
          const isThere = lines.some(
            (line) => JSON.parse(line).settledBytes >= (killAtBytes ?? Number.POSITIVE_INFINITY),
          )
          if (isThere) child.kill('SIGKILL')
        })
        const signal = await new Promise((resolve) => child.once('close', (_, by) => resolve(by)))
        return { signal, last: JSON.parse(output.trim().split('\n').at(-1) ?? '{}') }
      }
      expect((await orbital(70 * MiB)).signal).toBe('SIGKILL')
      expectAll(library)
      const [staging = ''] = readdirSync(to)
      const copied = readdirSync(path.join(to, staging, 'tree')).filter((name) => stray.includes(name))
      expect(copied.length).toBeGreaterThan(0)
      const inodes = copied.map((name) => statSync(path.join(to, staging, 'tree', name)).ino)

      const { last } = await orbital()
      expect(last).toMatchObject({ type: 'result', id: 'default', path: to, keptFiles: 0 })
      expect(copied.map((name) => statSync(path.join(to, name)).ino)).toEqual(inodes)
      expectAll(to)
      expect(existsSync(library)).toBe(false)
      mkdirSync(library)
      const engine = await startTestEngine(home)
      expect(await engine.verify(ref)).toMatchObject({ damaged: [], missing: [], extra: [] })
      expect((await engine.api.installed.list({}))[0]?.path).toBe(path.join(to, 'model-1.0.0'))
      await engine.stop()
    })
  },
)
