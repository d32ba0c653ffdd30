import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { createConnectionFile } from './connections/connection-file.ts'
import { createSecretFile } from './connections/secret-file.ts'
import { createNodeDisk } from './disk/node-disk.ts'
import { createFileLock } from './file-lock.ts'
import { readOwnIdentity } from './library/process-identity.ts'
import { createSettingsFile } from './settings.ts'

const disk = createNodeDisk()
const log = { write: () => {} }

/** A process of its own that runs this; `load` imports a module of the engine. */
function startChild(home: string, code: string): ChildProcess {
  const base = pathToFileURL(`${import.meta.dirname}${path.sep}`).href
  const start = `
    const load = (name) => import(${JSON.stringify(base)} + name)
    const home = ${JSON.stringify(home)}
    const { createNodeDisk } = await load('disk/node-disk.ts')
    const disk = createNodeDisk()
    const log = { write() {} }
  `
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', start + code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}
const linesOf = async (child: ChildProcess, count: number): Promise<void> => {
  let seen = ''
  for await (const chunk of child.stdout ?? []) {
    seen += String(chunk)
    if (seen.split('\n').length > count) return
  }
  throw new Error('the process ended early')
}

const processes = 4
const changesEach = 6

test('processes that change the same files at once lose nothing', { timeout: 60_000 }, async () => {
  await using folder = await createTempFolder()
  const home = folder.path
  const children = Array.from({ length: processes }, (_, number) =>
    startChild(
      home,
      `
      const settings = (await load('settings.ts')).createSettingsFile({ disk, log, home })
      const connections = (await load('connections/connection-file.ts')).createConnectionFile({ disk, log, home })
      const secrets = (await load('connections/secret-file.ts')).createSecretFile({ disk, home })
      process.stdin.once('data', async () => {
        for (let n = 0; n < ${changesEach}; n++) {
          const id = 'c-${number}-' + n
          settings.changeLibraries((all) => [...all, { id, name: id, path: '/' + id, oneVersionPerPackage: false }])
          const connection = { id, name: id, location: { kind: 'folder', path: '/' + id, root: '' } }
          connections.change((stored) => ({ ...stored, connections: [...stored.connections, connection] }))
          await secrets.set(id, { secretAccessKey: id })
        }
        process.exit(0)
      })
      console.log('ready')
      `,
    ),
  )
  const ended = children.map((child) => once(child, 'close'))
  for (const child of children) await linesOf(child, 1)
  for (const child of children) child.stdin?.write('go\n')
  for (const end of ended) expect(await end).toEqual([0, null])
  const ids = Array.from({ length: processes }, (_, number) =>
    Array.from({ length: changesEach }, (__, n) => `c-${number}-${n}`),
  ).flat()
  const idsOf = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id).sort()
  expect(idsOf(createSettingsFile({ disk, log, home }).libraries())).toEqual(ids)
  expect(idsOf(createConnectionFile({ disk, log, home }).read().connections)).toEqual(ids)
  const secrets = createSecretFile({ disk, home })
  for (const id of ids) expect(await secrets.get(id)).toEqual({ secretAccessKey: id })
  expect(readdirSync(home).sort()).toEqual(['connections.json', 'secrets.json', 'settings.json'])
})

test('a living holder is waited for, for a while; a killed one blocks nobody', async () => {
  await using folder = await createTempFolder()
  const holder = startChild(
    folder.path,
    `
    const { createFileLock } = await load('file-lock.ts')
    createFileLock({ disk, file: home + '/settings.json' }).hold(() => {
      disk.create(home + '/held', new Uint8Array())
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })
    `,
  )
  const ended = once(holder, 'close')
  try {
    await expect.poll(() => disk.facts(path.join(folder.path, 'held')), { timeout: 20_000 }).toBeDefined()
    const impatient = createFileLock({ disk, file: path.join(folder.path, 'settings.json'), waitMs: 50 })
    expect(() => impatient.hold(() => 'changed')).toThrow(expect.objectContaining({ code: 'busy' }))
  } finally {
    holder.kill('SIGKILL')
  }
  await ended
  expect(createSettingsFile({ disk, log, home: folder.path }).set({ theme: 'dark' }).theme).toBe('dark')
  expect(readdirSync(folder.path).sort()).toEqual(['held', 'settings.json'])
})

test.each([
  ['whose text never came', ''],
  [
    'of a host that is gone',
    JSON.stringify({ format: 1, by: { host: 'elsewhere', pid: 1, startedAt: '', bootId: '' }, nonce: 'n' }),
  ],
  [
    'of a process whose number another has by now, where the system tells no start (Windows)',
    JSON.stringify({ format: 1, by: { ...readOwnIdentity(disk), pid: process.ppid, startedAt: '' }, nonce: 'n' }),
  ],
])('a lock %s is taken over in the end', { timeout: 15_000 }, async (_, content) => {
  await using folder = await createTempFolder()
  writeFileSync(path.join(folder.path, 'settings.json.lock'), content)
  // Whoever took it over before was killed as well.
  writeFileSync(path.join(folder.path, 'settings.json.lock.takeover'), '')
  expect(createSettingsFile({ disk, log, home: folder.path }).set({ theme: 'dark' }).theme).toBe('dark')
  expect(readdirSync(folder.path)).toEqual(['settings.json'])
})

test('a change that fails lets go of the lock', async () => {
  await using folder = await createTempFolder()
  const lock = createFileLock({ disk, file: path.join(folder.path, 'settings.json') })
  const fail = () => {
    throw new Error('no')
  }
  expect(() => lock.hold(fail)).toThrow('no')
  expect(readdirSync(folder.path)).toEqual([])
})

test('a full disk is said of the file that was to be changed, not of its lock', async () => {
  await using folder = await createTempFolder()
  const full = (target: string) => {
    throw new AppError('disk-full', { path: target, neededBytes: 1 })
  }
  const file = path.join(folder.path, 'connections.json')
  const lock = createFileLock({ disk: { ...disk, create: full }, file })
  const details = { path: file, neededBytes: 1 }
  expect(() => lock.hold(() => {})).toThrow(expect.objectContaining({ code: 'disk-full', details }))
})
