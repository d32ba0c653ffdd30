import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readTree } from '../../../testkit/install-rig.ts'
import { keepWasmCode } from '../../../testkit/keep-wasm-code.ts'
import type { MoveOrder } from '../../../testkit/move-child.ts'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine, type TestEngine } from '../../../testkit/test-engine.ts'
import { sha256Of } from '../install/install-source.ts'

/** `ORBITAL_KILLS=all`: after every step; else after some, others each time. */
const strideOf = (usual: number): number => (process.env.ORBITAL_KILLS === 'all' ? 1 : usual)
const seed = Number(process.env.ORBITAL_SEED ?? Math.floor(Math.random() * 1000))
const MiB = 1024 * 1024
const ref = { name: 'model', version: '1.0.0' }
const removed = { name: 'model', version: '0.9.0' }
const paused = { name: 'big', version: '1.0.0' }

let folder: TempFolder
/** What every test begins with: a version, one in the trash, an install that is paused, and what belongs to nothing. */
let template: string
let run = 0
let home: string
let library: string
let to: string

beforeAll(async () => {
  folder = await createTempFolder()
  template = path.join(folder.path, 'template')
  const engine = await startTestEngine(template)
  for (const [which, files] of [
    [
      ref,
      [
        { path: 'a.bin', sizeBytes: 3 * MiB },
        { path: 'deep/b.txt', sizeBytes: 10 },
      ],
    ],
    [removed, [{ path: 'a.bin', sizeBytes: 1000 }]],
    [paused, [{ path: 'a.bin', sizeBytes: 8 * MiB }]],
  ] as const) {
    const source = path.join(folder.path, `${which.name}-${which.version}`)
    await buildPackageFolder(source, { files, manifest: which })
    await engine.publish(source)
  }
  await engine.install(ref)
  await engine.install(removed)
  await engine.api.installed.remove({ ref: removed })
  const { planId } = await engine.api.install.plan({ source: { ref: paused } })
  const { transferId } = await engine.api.install.start({ planId, limitBytesPerSecond: 2_000_000 })
  await new Promise<void>((resolve) => engine.watchSamples(({ progress }) => progress.receivedBytes > MiB && resolve()))
  await engine.api.transfers.pause({ id: transferId })
  await engine.stop()
  const place = path.join(template, 'library')
  writeFileSync(path.join(place, 'notes.txt'), 'of nobody')
  symlinkSync('notes.txt', path.join(place, 'link'))
  mkdirSync(path.join(place, 'empty', 'deeper'), { recursive: true })
  mkdirSync(path.join(place, '__cache__'), { recursive: true })
})
afterAll(() => folder.remove())
beforeEach(begin)

function begin(): void {
  run += 1
  home = path.join(folder.path, `run-${run}`, 'home')
  cpSync(template, home, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  library = path.join(home, 'library')
  to = path.join(folder.path, `run-${run}`, 'moved')
}

/** Everything that was there, and nothing else, wherever it is. */
async function expectWhole({ api }: TestEngine, place: string): Promise<void> {
  expect((await api.libraries.list({}))[0]).toMatchObject({ id: 'default', path: place, available: true })
  const [version] = await api.installed.list({})
  expect(version).toMatchObject({ ref, path: path.join(place, 'model-1.0.0'), verifiedAt: expect.any(String) })
  expect(sumsOf(version?.path ?? '')).toEqual(sumsOf(path.join(template, 'library', 'model-1.0.0')))
  expect(await api.trash.list({})).toMatchObject([{ ref: removed }])
  expect(readFileSync(path.join(place, 'notes.txt'), 'utf8')).toBe('of nobody')
  expect(readlinkSync(path.join(place, 'link'))).toBe('notes.txt')
  expect(existsSync(path.join(place, 'empty', 'deeper'))).toBe(true)
}
const sumsOf = (place: string) =>
  Object.fromEntries(Object.entries(readTree(place)).map(([name, bytes]) => [name, sha256Of(bytes)]))
const moveOf = async ({ api }: TestEngine) => (await api.transfers.list({})).find(({ kind }) => kind === 'move')

async function expectMoved(engine: TestEngine): Promise<void> {
  await expectWhole(engine, to)
  expect(existsSync(library)).toBe(false)
  expect(readdirSync(to).filter((name) => name.startsWith('.orbital-'))).toEqual([])
  expect(readdirSync(path.join(to, '.orbital', 'leases')).filter((name) => name.startsWith('move'))).toEqual([])
  expect(await engine.api.installed.keep({ ref, kept: true })).toMatchObject({ kept: true })
  expect(await engine.verify(ref)).toMatchObject({ damaged: [], missing: [], extra: [] })
  const restored = await engine.api.trash.restore({ entryId: (await engine.api.trash.list({}))[0]?.id ?? '' })
  expect(restored.path).toBe(path.join(to, 'model-0.9.0'))
}
async function expectWaiting({ api }: TestEngine): Promise<string> {
  const waiting = (await api.transfers.list({})).filter(
    (each) => each.ref?.name === paused.name && each.kind === 'install',
  )
  expect(waiting).toMatchObject([{ ref: paused, state: { kind: 'paused' } }])
  return waiting[0]?.id ?? ''
}

const child = async (order: Omit<MoveOrder, 'home' | 'id' | 'to'>): Promise<string> => {
  const entry = path.resolve(import.meta.dirname, '../../../testkit/move-child.ts')
  const it = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    keepWasmCode,
    '--import',
    pathToFileURL(path.resolve(import.meta.dirname, '../../../testkit/kill-steps.ts')).href,
    entry,
    JSON.stringify({ home, id: 'default', to, ...order } satisfies MoveOrder),
  ])
  let output = ''
  for (const stream of [it.stdout, it.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const signal = await new Promise((resolve) => it.once('close', (_, by) => resolve(by)))
  return signal === 'SIGKILL' ? 'killed' : output.trim()
}

describe.each([
  { how: 'by a rename', copies: false, stride: strideOf(5) },
  { how: 'to another volume', copies: true, stride: strideOf(23) },
])('a library moved $how', ({ copies, stride }) => {
  test('comes along with its trash, its paused transfers and what belongs to nothing', async () => {
    expect(await child({ copies })).toMatch(/^done \d+$/)
    const engine = await startTestEngine(home)
    expect(await moveOf(engine)).toMatchObject({ state: { kind: 'done' }, file: to, outcome: { path: to } })
    await expectMoved(engine)
    const id = await expectWaiting(engine)
    await engine.api.transfers.resume({ id })
    expect(await engine.api.transfers.wait({ id })).toMatchObject({ state: { kind: 'done' } })
    await engine.stop()
  })

  test(`is whole at every moment, and all in the new folder at the end, killed after each step (seed ${seed}, every ${stride})`, {
    timeout: 600_000,
  }, async () => {
    for (let killAtStep = 1 + (seed % stride); ; killAtStep += stride) {
      begin()
      const ended = await child({ copies, killAtStep })
      if (ended !== 'killed') {
        expect(ended).toMatch(/^done/)
        expect(killAtStep).toBeGreaterThan(copies ? 150 : 20)
        return
      }
      const engine = await startTestEngine(home)
      const interrupted = await moveOf(engine)
      if (interrupted?.state.kind === 'paused') {
        const [{ path: place = '' } = {}] = await engine.api.libraries.list({})
        await expectWhole(engine, place)
      }
      const { transferId } =
        interrupted === undefined || interrupted.state.kind === 'done'
          ? { transferId: interrupted?.id }
          : await engine.api.libraries.move({ id: 'default', path: to })
      if (transferId !== undefined)
        expect(await engine.api.transfers.wait({ id: transferId }), `step ${killAtStep}`).toMatchObject({
          state: { kind: 'done' },
        })
      if (transferId !== undefined) await expectMoved(engine)
      else await expectWhole(engine, library)
      await expectWaiting(engine)
      await engine.stop()
    }
  })
})

describe('a move to another volume that was killed while it is placed', () => {
  const killedPlacing = async () => {
    expect(await child({ copies: true, killAtText: '"phase":"placing"' })).toBe('killed')
    const engine = await startTestEngine(home)
    expect(await moveOf(engine)).toMatchObject({ state: { kind: 'paused' } })
    return engine
  }
  const resumed = async ({ api }: TestEngine) => {
    const { transferId: id } = await api.libraries.move({ id: 'default', path: to })
    return await api.transfers.wait({ id })
  }
  const staged = () => path.join(to, readdirSync(to).find((name) => name.startsWith('.orbital-moving-')) ?? '', 'tree')

  test('copies again what was lost in the new folder, and deletes nothing before', async () => {
    const engine = await killedPlacing()
    rmSync(staged(), { recursive: true })
    expect(await resumed(engine)).toMatchObject({ state: { kind: 'done' } })
    await expectMoved(engine)
    await engine.stop()
  })

  test('says so where nothing of it is in the new folder, which may be on a drive that is away, and can be cancelled', async () => {
    const engine = await killedPlacing()
    const own = readdirSync(to)
    const away = path.join(folder.path, `run-${run}`, 'away')
    renameSync(to, away)
    mkdirSync(to)
    expect(await resumed(engine)).toMatchObject({
      state: { kind: 'failed', error: { code: 'usage', details: { problem: expect.stringContaining(to) } } },
    })
    await expectWhole(engine, library)
    expect(readdirSync(to)).toEqual([])
    rmdirSync(to)
    renameSync(away, to)
    expect(readdirSync(to)).toEqual(own)
    expect(await resumed(engine)).toMatchObject({ state: { kind: 'done' } })
    await expectMoved(engine)
    await engine.stop()
  })

  test('takes along what was installed and removed since', async () => {
    const engine = await killedPlacing()
    const [entry] = await engine.api.trash.list({})
    await engine.api.trash.restore({ entryId: entry?.id ?? '' })
    await engine.api.installed.remove({ ref })
    expect(await resumed(engine)).toMatchObject({ state: { kind: 'done' } })
    expect(await engine.api.installed.list({})).toMatchObject([
      { ref: removed, path: path.join(to, 'model-0.9.0'), verifiedAt: expect.any(String) },
    ])
    expect(existsSync(path.join(to, 'model-1.0.0'))).toBe(false)
    expect(existsSync(library)).toBe(false)
    await engine.stop()
  })

  test('can be cancelled, and stands in nobody’s way', async () => {
    const engine = await killedPlacing()
    const tree = staged()
    for (const name of ['notes.txt', 'model-1.0.0']) renameSync(path.join(tree, name), path.join(to, name))
    writeFileSync(path.join(to, 'mine.txt'), 'put there meanwhile')
    const id = (await moveOf(engine))?.id ?? ''
    await engine.api.transfers.cancel({ id })
    await expectWhole(engine, library)
    expect(readdirSync(to)).toEqual(['mine.txt'])
    await engine.stop()
  })
})

test('a copy that is not whole waits for its drive, and is not begun in its place', async () => {
  expect(await child({ copies: true, killAtText: '"kind":"move.staged"' })).toBe('killed')
  const away = path.join(folder.path, `run-${run}`, 'away')
  renameSync(to, away)
  const engine = await startTestEngine(home)
  const resumed = async () => {
    const { transferId: id } = await engine.api.libraries.move({ id: 'default', path: to })
    return await engine.api.transfers.wait({ id })
  }
  expect(await resumed()).toMatchObject({ state: { kind: 'failed', error: { code: 'usage' } } })
  await expectWhole(engine, library)
  expect(existsSync(to)).toBe(false)
  renameSync(away, to)
  expect(await resumed()).toMatchObject({ state: { kind: 'done' } })
  await expectMoved(engine)
  await engine.stop()
})

test('where a library is moved to no other can be added, and a file of the Finder there is in nobody’s way', async () => {
  expect(await child({ copies: true, killAtText: '"kind":"move.target"' })).toBe('killed')
  const engine = await startTestEngine(home)
  mkdirSync(to, { recursive: true })
  writeFileSync(path.join(to, '.DS_Store'), 'of the Finder')
  for (const place of [to, path.join(to, 'inner')])
    await expect(engine.api.libraries.add({ path: place })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('on its way to'),
    })
  const { transferId: id } = await engine.api.libraries.move({ id: 'default', path: to })
  expect(await engine.api.transfers.wait({ id })).toMatchObject({ state: { kind: 'done' } })
  await expectMoved(engine)
  await engine.stop()
})
