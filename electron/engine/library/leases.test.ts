import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { createLeases, leasePlaceOf } from './leases.ts'
import { isRunning, readOwnIdentity, readStartByPs } from './process-identity.ts'

const disk = createNodeDisk()
let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())
const create = (identity?: Parameters<typeof createLeases>[0]['identity']) =>
  createLeases({
    disk,
    clock: createSystemClock(),
    folder: folder.path,
    ...(identity === undefined ? {} : { identity }),
  })
const own = () => readOwnIdentity(disk)

describe('a lease', () => {
  test('is held once, and free again when it is released', () => {
    const lease = create().take('a')
    expect(lease).toBeDefined()
    expect(create().take('a')).toBeUndefined()
    expect(create().isHeld('a')).toBe(true)
    lease?.release()
    expect(create().isHeld('a')).toBe(false)
    expect(create().take('a')).toBeDefined()
  })

  test.each([
    ['a process that is gone', { pid: 4_000_000 }],
    ['an earlier process of the same number', { startedAt: 'earlier' }],
    ['a time before the machine was started', { bootId: 'earlier' }],
  ])('of %s is taken over', (_, dead) => {
    expect(create({ ...own(), ...dead }).take('a')).toBeDefined()
    expect(create().isHeld('a')).toBe(false)
    expect(create().take('a')).toBeDefined()
    expect(create().isHeld('a')).toBe(true)
    expect(readdirSync(folder.path)).toEqual(['a.json'])
  })

  test.each([
    ['another host', { host: 'elsewhere' }],
    ['a process that tells no start (Windows), whose number another may have by now', { startedAt: '' }],
  ])('of %s lives by its heartbeat', (_, who) => {
    create({ ...own(), ...who }).take('a')
    expect(create().take('a')).toBeUndefined()
    const before = Date.now() / 1000 - 121
    utimesSync(path.join(folder.path, 'a.json'), before, before)
    expect(create().take('a')).toBeDefined()
  })

  test('that is not released by who lost it stays the other’s', () => {
    const lost = create({ ...own(), pid: 4_000_000 }).take('a')
    create().take('a')
    lost?.release()
    expect(create().isHeld('a')).toBe(true)
  })

  test('that another host took while this one slept is seen as lost as soon as it is awake', async () => {
    let sleptMs = 0
    const clock = { ...createSystemClock(), now: () => Date.now() + sleptMs }
    const lost = vi.fn()
    const lease = createLeases({ disk, clock, folder: folder.path }).take('a', lost)
    const before = Date.now() / 1000 - 121
    utimesSync(path.join(folder.path, 'a.json'), before, before)
    // The other host can't ask whether the process runs: it goes by the time of the last heartbeat.
    const file = path.join(folder.path, 'a.json')
    const told = readFileSync(file, 'utf8').replace(own().host, 'asleep')
    writeFileSync(file, told)
    utimesSync(file, before, before)
    expect(lease?.isOurs()).toBe(true)
    expect(create().take('a')).toBeDefined()
    expect(lease?.isOurs()).toBe(false)
    expect(lost).not.toHaveBeenCalled()
    sleptMs = 180_000
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), { timeout: 5_000 })
    lease?.release()
    expect(create().isHeld('a')).toBe(true)
  })

  test('that only vanished is made again', () => {
    const lease = create().take('a')
    rmSync(path.join(folder.path, 'a.json'))
    expect(lease?.isOurs()).toBe(true)
    expect(create().isHeld('a')).toBe(true)
    lease?.release()
  })

  test('that is half written is nobody’s after a moment', () => {
    writeFileSync(path.join(folder.path, 'a.json'), '{"format":1,')
    expect(create().take('a')).toBeUndefined()
    utimesSync(path.join(folder.path, 'a.json'), 1, 1)
    expect(create().take('a')).toBeDefined()
    expect(JSON.parse(readFileSync(path.join(folder.path, 'a.json'), 'utf8'))).toMatchObject({ by: own() })
  })

  test('is cleaned when it is dead and nothing needs it', () => {
    create({ ...own(), pid: 4_000_000 }).take('dead')
    create({ ...own(), pid: 4_000_000 }).take('listed')
    const lease = create().take('alive')
    create().clean((name) => name === 'listed')
    expect(readdirSync(folder.path).sort()).toEqual(['alive.json', 'listed.json'])
    lease?.release()
  })
})

test('a process that was killed is seen as gone, one that runs as running', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'])
  await once(child.stdout, 'data')
  const identity = { ...own(), pid: child.pid ?? 0, startedAt: '' }
  // Or another of its number does.
  expect(isRunning(disk, identity)).toBe('unknown')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isRunning(disk, identity)).toBe(false)
  expect(isRunning(disk, own())).toBe(own().startedAt === '' ? 'unknown' : true)
})

test('when a process began is told in no local time', ({ skip }) => {
  const start = readStartByPs(process.pid)
  if (start === undefined) skip('there is no ps that tells it')
  expect(Math.abs(Date.parse(`${start} UTC`) - (Date.now() - process.uptime() * 1000))).toBeLessThan(60_000)
})

test('the lease of a transfer lies beside the folder of journals', () => {
  expect(leasePlaceOf(path.join('/l', '.orbital', 'journal', 'x'))).toEqual({
    folder: path.join('/l', '.orbital', 'leases'),
    name: 'x',
  })
})
