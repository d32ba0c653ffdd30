import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readTree } from '../../../testkit/install-rig.ts'
import { keepWasmCode } from '../../../testkit/keep-wasm-code.ts'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { openSputnik } from '../format/sputnik-file.ts'

const MiB = 1024 * 1024
const ref = { name: 'model', version: '1.0.0' }
const main = path.resolve(import.meta.dirname, '../../cli/main.ts')

describe('repair, verify and export as transfers', () => {
  let folder: TempFolder
  let home: string
  let out: string
  const placeOf = (file: string) => path.join(home, 'library', 'model-1.0.0', file)
  const archive = () => readFileSync(path.join(home, 'registry', 'models', 'model-1.0.0', 'archive.gz'))
  const exported = () => {
    const file = openSputnik(createNodeDisk(), out)
    const bytes = readFileSync(out).subarray(file.archive.offset, file.archive.offset + file.archive.sizeBytes)
    return { metaBytes: Buffer.from(file.metaBytes), archive: bytes }
  }
  const leftovers = () => readdirSync(path.dirname(out)).filter((name) => name.startsWith('.orbital-new-'))

  /** Runs a command; kills it with SIGKILL as soon as the last line of its progress is one that is waited for. */
  const orbital = async (
    args: readonly string[],
    killAt?: (line: Record<string, unknown>) => boolean,
    itsHome = home,
  ) => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', keepWasmCode, main, ...args, '--json'],
      {
        env: { PATH: process.env.PATH, HOME: folder.path, ORBITAL_HOME: itsHome },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    const look = () => {
      const last = output.split('\n').slice(0, -1).at(-1)
      if (last?.startsWith('{"type"') && killAt?.(JSON.parse(last))) child.kill('SIGKILL')
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      look()
    })
    const looking = setInterval(look, 5)
    const [exitCode, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('close', (code, by) => resolve([code, by])),
    )
    clearInterval(looking)
    const lines = output.split('\n').filter((line) => line.startsWith('{"type"'))
    return { exitCode, signal, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
  }
  const isAt = (state: string, receivedBytes: number) => (line: Record<string, unknown>) =>
    line.state === state && Number(line.receivedBytes) >= receivedBytes
  const damageAll = () => {
    for (const file of ['a.bin', 'b.bin', 'c.bin']) writeFileSync(placeOf(file), 'damaged')
    rmSync(placeOf('d.bin'), { force: true })
    writeFileSync(placeOf('extra.txt'), 'extra')
  }
  const right = new Map<string, Buffer>()
  const expectWhole = () => {
    const tree = readTree(path.join(home, 'library', 'model-1.0.0'))
    for (const [file, bytes] of right) expect(Buffer.compare(tree[file] ?? Buffer.of(), bytes), file).toBe(0)
    expect(Object.keys(tree).sort()).toEqual([...right.keys(), 'meta.json'].sort())
  }

  beforeAll(async () => {
    folder = await createTempFolder()
    home = path.join(folder.path, 'home')
    const files = [1, 6, 6, 6].map((size, at) => ({ path: `${'abcd'[at]}.bin`, sizeBytes: size * MiB }))
    const built = await buildPackageFolder(path.join(folder.path, 'source'), { files, manifest: ref })
    for (const { path: file, bytes } of built) right.set(file, bytes)
    const engine = await startTestEngine(home)
    await engine.publish(path.join(folder.path, 'source'))
    await engine.install(ref)
    await engine.stop()
  })
  beforeEach(async () => {
    mkdirSync(path.join(folder.path, 'out'), { recursive: true })
    out = path.join(folder.path, 'out', 'model.sputnik')
    rmSync(out, { force: true })
    const engine = await startTestEngine(home)
    for (const { id, state } of await engine.api.transfers.list({}))
      if (state.kind === 'failed') await engine.api.transfers.cancel({ id })
    await engine.api.transfers.clearHistory({})
    await engine.stop()
  })
  afterAll(() => folder.remove())

  test('an export that is killed stands in the app as interrupted, and the same command goes on where it was', async () => {
    const command = ['export', 'model', '--from', 'local', '--out', out]
    const killed = await orbital([...command, '--limit', '8MB/s'], isAt('transferring', 4 * MiB))
    expect(killed.signal).toBe('SIGKILL')
    expect(existsSync(out)).toBe(false)
    expect(leftovers()).toHaveLength(1)

    const app = await startTestEngine(home)
    const [interrupted] = await app.api.transfers.list({})
    expect(interrupted).toMatchObject({
      kind: 'export',
      ref,
      file: out,
      connectionId: 'local',
      state: { kind: 'paused', reason: 'interrupted' },
    })
    await app.stop()

    const done = await orbital(command)
    expect(done.lines.at(-1)).toMatchObject({ type: 'result', ...ref, path: out })
    const again = await startTestEngine(home)
    const all = await again.api.transfers.list({})
    await again.stop()
    expect(all.map(({ id, state }) => [id, state.kind])).toEqual([[interrupted?.id, 'done']])
    // What was written before is not read again.
    expect(all[0]?.wireBytes).toBeLessThanOrEqual(archive().length - 4 * MiB)
    expect(Buffer.compare(exported().archive, archive())).toBe(0)
    expect(leftovers()).toEqual([])
  })

  test('what a killed export had written and was altered since is written anew', async () => {
    const command = ['export', 'model', '--from', 'local', '--out', out]
    await orbital([...command, '--limit', '8MB/s'], isAt('transferring', 4 * MiB))
    const temporary = path.join(path.dirname(out), leftovers()[0] ?? '')
    const bytes = readFileSync(temporary)
    bytes[2 * MiB] = (bytes[2 * MiB] ?? 0) ^ 1
    writeFileSync(temporary, bytes)
    expect((await orbital(command)).exitCode).toBe(0)
    expect(Buffer.compare(exported().archive, archive())).toBe(0)
  })

  test('an export is paused, goes on, and is cancelled without a trace', async () => {
    const app = await startTestEngine(home)
    const limitBytesPerSecond = 8_000_000
    const start = () => app.api.catalog.export({ connectionId: 'local', ref, out, limitBytesPerSecond })
    const { transferId: id } = await start()
    const moved = async (bytes: number) => {
      await expect
        .poll(async () => (await app.api.transfers.list({}))[0]?.progress.receivedBytes, { timeout: 10_000 })
        .toBeGreaterThanOrEqual(bytes)
    }
    await moved(4 * MiB)
    await app.api.transfers.pause({ id })
    expect((await app.api.transfers.list({}))[0]?.state).toEqual({ kind: 'paused', reason: 'by-person' })
    expect(leftovers()).toHaveLength(1)
    expect(existsSync(out)).toBe(false)
    const before = app.samples.length
    expect(await start()).toEqual({ transferId: id })
    await moved(8 * MiB)
    // The bar never falls, nor does what is read once more count twice.
    const shown = app.samples.slice(before).map(({ progress }) => progress.receivedBytes)
    expect(shown).toEqual(shown.toSorted((a, b) => a - b))
    await app.api.transfers.cancel({ id })
    expect(leftovers()).toEqual([])
    expect(existsSync(out)).toBe(false)
    await app.stop()
  })

  test('an installed version is verified, packed, and written; damaged it is not', async () => {
    const app = await startTestEngine(home)
    const { transferId } = await app.api.installed.export({ ref, out })
    const ended = await app.api.transfers.wait({ id: transferId })
    expect(ended).toMatchObject({ kind: 'export', libraryId: 'default', file: out, state: { kind: 'done' } })
    expect(ended.outcome).toEqual({ path: out, sizeBytes: readFileSync(out).length })
    writeFileSync(placeOf('a.bin'), 'damaged')
    const other = path.join(folder.path, 'out', 'other.sputnik')
    const { transferId: second } = await app.api.installed.export({ ref, out: other })
    expect((await app.api.transfers.wait({ id: second })).state).toMatchObject({
      kind: 'failed',
      error: { code: 'file-damaged', details: { path: 'a.bin' } },
    })
    expect(existsSync(other)).toBe(false)
    expect(leftovers()).toEqual([])
    writeFileSync(placeOf('a.bin'), right.get('a.bin') ?? '')
    await app.stop()
  })

  test('a file that is there is only written over when that is asked for, and then by one that is whole', async () => {
    writeFileSync(out, 'mine')
    const app = await startTestEngine(home)
    for (const ask of [
      app.api.catalog.export({ connectionId: 'local', ref, out }),
      app.api.installed.export({ ref, out }),
    ])
      await expect(ask).rejects.toMatchObject({ code: 'already-exists' })
    expect(readFileSync(out, 'utf8')).toBe('mine')
    for (const { transferId: id } of [
      await app.api.catalog.export({ connectionId: 'local', ref, out, overwrite: true }),
      await app.api.installed.export({ ref, out, overwrite: true }),
    ]) {
      expect((await app.api.transfers.wait({ id })).state).toEqual({ kind: 'done' })
      expect(exported().metaBytes.length).toBeGreaterThan(100)
    }
    await app.stop()
  })

  test('a file that comes into being while it is written is left alone', async () => {
    const app = await startTestEngine(home)
    const { transferId: id } = await app.api.catalog.export({
      connectionId: 'local',
      ref,
      out,
      limitBytesPerSecond: 8_000_000,
    })
    await expect.poll(leftovers, { timeout: 10_000 }).toHaveLength(1)
    writeFileSync(out, 'mine')
    expect((await app.api.transfers.wait({ id })).state).toMatchObject({
      kind: 'failed',
      error: { code: 'already-exists' },
    })
    expect(readFileSync(out, 'utf8')).toBe('mine')
    expect(leftovers()).toEqual([])
    await app.stop()
  })

  test('a repair that is killed stands in the app as interrupted, and goes on there', async () => {
    damageAll()
    const isRight = (file: string) => existsSync(placeOf(file)) && readFileSync(placeOf(file)).length >= MiB
    const killed = await orbital(['verify', 'model', '--repair', '--limit', '6MB/s'], () => isRight('a.bin'))
    expect(killed.signal).toBe('SIGKILL')
    expect([...right.keys()].filter(isRight)).toEqual(['a.bin'])

    const app = await startTestEngine(home)
    const [interrupted] = await app.api.transfers.list({})
    const id = interrupted?.id ?? ''
    expect(interrupted).toMatchObject({ kind: 'repair', state: { kind: 'paused', reason: 'interrupted' } })
    await app.api.transfers.resume({ id })
    const { outcome } = await app.api.transfers.wait({ id })
    expect(outcome).toMatchObject({ badFiles: 4, extraFiles: 1 })
    // What was made right before is not fetched again.
    expect(outcome?.downloadBytes).toBeLessThan(archive().length - MiB / 2)
    expect(await app.api.transfers.report({ id })).toMatchObject({
      damaged: ['a.bin', 'b.bin', 'c.bin'],
      missing: ['d.bin'],
      extra: ['extra.txt'],
      repaired: ['a.bin', 'b.bin', 'c.bin', 'd.bin'],
    })
    expectWhole()
    expect((await app.api.installed.list({}))[0]).toMatchObject({ verifiedAt: expect.any(String) })
    expect((await app.api.installed.list({}))[0]?.damagedFiles).toBeUndefined()
    await app.stop()
  })

  test('the same repair asked for again, at another pace, is the one that was killed', async () => {
    damageAll()
    await orbital(['verify', 'model', '--repair', '--limit', '500kB/s'], (line) => line.state === 'transferring')
    const done = await orbital(['verify', 'model', '--repair', '--limit', '100MB/s'])
    expect(done.lines.at(-1)).toMatchObject({ type: 'result', items: [{ repaired: [...right.keys()] }] })
    expectWhole()
    const app = await startTestEngine(home)
    expect((await app.api.transfers.list({})).map(({ kind, state }) => [kind, state.kind])).toEqual([
      ['repair', 'done'],
    ])
    await app.stop()
  })

  test('a limit that is lifted in the settings lets go what runs', async () => {
    const app = await startTestEngine(home)
    await app.api.settings.set({ changes: { downloadLimitBytesPerSecond: 1000 } })
    const { transferId: id } = await app.api.catalog.export({ connectionId: 'local', ref, out })
    await expect.poll(leftovers, { timeout: 10_000 }).toHaveLength(1)
    await app.api.settings.set({ changes: { downloadLimitBytesPerSecond: 0 } })
    expect((await app.api.transfers.wait({ id })).state).toEqual({ kind: 'done' })
    await app.stop()
  })

  test('an install that was killed and is asked for at another pace is the same transfer', async () => {
    // One that has nothing installed to take files from.
    const other = path.join(folder.path, 'other')
    const add = ['connections', 'add', 'team', '--folder', path.join(home, 'registry')]
    expect((await orbital(add, undefined, other)).exitCode).toBe(0)
    const command = ['install', 'model', '--from', 'team', '--ignore-compatibility']
    const killed = await orbital([...command, '--limit', '6MB/s'], isAt('transferring', 2 * MiB), other)
    expect(killed.signal).toBe('SIGKILL')
    const id = killed.lines[0]?.transferId
    const done = await orbital([...command, '--limit', '100MB/s', '--connections', '2'], undefined, other)
    expect(done.lines.at(-1)).toMatchObject({ type: 'result', alreadyThere: false })
    const app = await startTestEngine(other)
    const ended = (await app.api.transfers.list({})).filter(({ kind }) => kind === 'install')
    expect(ended.map((each) => [each.id, each.state.kind])).toEqual([[id, 'done']])
    await app.stop()
  })

  test('a cancelled repair leaves each file as it was or right', async () => {
    damageAll()
    const app = await startTestEngine(home)
    const { transferId: id } = await app.api.installed.repair({ ref, limitBytesPerSecond: 500_000 })
    await expect
      .poll(async () => (await app.api.transfers.list({}))[0]?.state.kind, { timeout: 10_000 })
      .toBe('transferring')
    await app.api.transfers.cancel({ id })
    expect(readFileSync(placeOf('a.bin'), 'utf8')).toBe('damaged')
    expect(readTree(path.join(home, 'library', '.orbital', 'staging'))).toEqual({})
    const { transferId: second } = await app.api.installed.repair({ ref })
    expect((await app.api.transfers.wait({ id: second })).state).toEqual({ kind: 'done' })
    expectWhole()
    await app.stop()
  })
})
