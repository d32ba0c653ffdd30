import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Change } from '../../../shared/ipc/events.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { Clock } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createJournal } from './journal.ts'
import { createTransferQueue } from './queue.ts'
import type { NewTransfer, TransferRunner, TransferTask } from './transfer-runner.ts'

const MiB = 1024 * 1024
const silent = { write: () => {} }
const io = { signal: AbortSignal.timeout(20_000) }

/** Bytes a second; 0 for none. */
const limitOf = (task: TransferTask | undefined) => Number(new BigInt64Array(task?.limit ?? new ArrayBuffer(16))[1])

/** A queue on a real disk whose runners wait to be told how each transfer ends. */
function setUp(
  home: string,
  options: {
    readonly atOnce?: number
    readonly limitBytesPerSecond?: () => number | undefined
    readonly held?: Set<string>
    readonly goesOnByItself?: boolean
    readonly takesOver?: boolean
    readonly away?: () => boolean
    readonly moving?: () => boolean
    readonly clock?: Clock
  } = {},
) {
  const disk = createNodeDisk()
  const journalParent = path.join(home, 'library', '.orbital', 'journal')
  const nameIn = (request: unknown) => (request as { readonly name: string }).name
  const changes: Change[] = []
  const running = new Map<string, { readonly task: TransferTask; end(): void; fail(error: AppError): void }>()
  const discarded: string[] = []
  const endedElsewhere: string[] = []
  const runner: TransferRunner = {
    kind: 'install',
    run: (task) =>
      new Promise((resolve, reject) => {
        running.set(nameIn(task.request), { task, end: () => resolve({ reusedBytes: 0 }), fail: reject })
        task.signal.addEventListener('abort', () => reject(task.signal.reason), { once: true })
      }),
    discard: async (task) => {
      if (options.away?.()) throw new AppError('network-unreachable', { endpoint: 'store.test' })
      discarded.push(nameIn(task.request))
    },
    isPastCancel: (_request, records) => records.some(({ kind }) => kind === 'sealing'),
  }
  const losses = new Map<string, () => void>()
  const lost = new Set<string>()
  const held = options.held ?? new Set<string>()
  const queue = createTransferQueue({
    disk,
    clock: options.clock ?? createSystemClock(),
    log: silent,
    announcer: { change: (change) => changes.push(change), sample: () => {} },
    historyFolder: path.join(home, 'state', 'transfers'),
    journalsOf: (id) => (id === 'default' ? journalParent : undefined),
    runner: () => runner,
    transfersAtOnce: () => options.atOnce ?? 1,
    limitBytesPerSecond: () => options.limitBytesPerSecond?.(),
    goesOnByItself: options.goesOnByItself ?? false,
    takesOver: options.takesOver ?? true,
    isHeld: (folder) => held.has(folder),
    isMoving: () => options.moving?.() ?? false,
    onSucceeded: () => {},
    onEndedElsewhere: ({ title }) => void endedElsewhere.push(title),
    takeLease(folder, onLost) {
      if (held.has(folder) || options.moving?.()) return undefined
      held.add(folder)
      losses.set(path.basename(folder), onLost)
      return { isOurs: () => !lost.has(folder), release: () => void (lost.has(folder) || held.delete(folder)) }
    },
  })
  const start = (name: string, totalBytes = 1000, more: Partial<NewTransfer> = {}) =>
    queue.start({
      kind: 'install',
      ref: { name, version: '1.0.0' },
      title: name,
      libraryId: 'default',
      totalBytes,
      journalParent,
      request: { libraryId: 'default', name },
      ...more,
    } satisfies NewTransfer)
  const stateOf = (id: string) => queue.list().find((each) => each.id === id)?.state
  /** Another host takes it over, and this one is not told, as after a sleep. */
  const takeAway = (id: string) => void lost.add(path.join(journalParent, id))
  return { queue, start, running, discarded, endedElsewhere, changes, held, journalParent, stateOf, takeAway, losses }
}

test('one big transfer runs at a time, small ones pass it, in queue order', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, stateOf } = setUp(folder.path)
  const [first, second, third] = [start('first', 100 * MiB), start('second', 100 * MiB), start('third', 100 * MiB)]
  start('small')
  expect([...running.keys()]).toEqual(['first', 'small'])
  queue.moveUp(third)
  running.get('first')?.end()
  await queue.wait(first, io)
  await expect.poll(() => stateOf(third)?.kind).toBe('preparing')
  expect(stateOf(second)?.kind).toBe('queued')
  await queue.stop()
})

test('a big verify waits for another one, not for a line', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running } = setUp(folder.path)
  start('install', 100 * MiB)
  for (const name of ['one', 'other']) start(name, 100 * MiB, { kind: 'verify' })
  expect([...running.keys()]).toEqual(['install', 'one'])
  running.get('one')?.end()
  await expect.poll(() => [...running.keys()]).toEqual(['install', 'one', 'other'])
  await queue.stop()
})

test('the same asked for at another pace is the same transfer, which goes on with that pace, also after a restart', async () => {
  await using folder = await createTempFolder()
  const before = setUp(folder.path)
  const id = before.start('model', 1000, { pace: { limitBytesPerSecond: 1000, connections: 2 } })
  const task = () => before.running.get('model')?.task
  expect(task()?.pace()).toEqual({ limitBytesPerSecond: 1000, connections: 2 })
  expect(limitOf(task())).toBe(1000)
  // While it runs …
  expect(before.start('model', 1000, { pace: { limitBytesPerSecond: 2000 } })).toBe(id)
  expect(task()?.pace()).toEqual({ limitBytesPerSecond: 2000 })
  expect(limitOf(task())).toBe(2000)
  await before.queue.stop()

  // … and in the next process, which asks for none.
  const after = setUp(folder.path, { limitBytesPerSecond: () => 500 })
  after.queue.adopt([after.journalParent])
  after.queue.resume(id)
  expect(limitOf(after.running.get('model')?.task)).toBe(2000)
  expect(after.start('model')).toBe(id)
  expect(limitOf(after.running.get('model')?.task)).toBe(500)
  expect(after.queue.list()).toHaveLength(1)
  await after.queue.stop()
})

test('a limit that is set anew holds for what runs, but for what was asked to heed another', async () => {
  await using folder = await createTempFolder()
  let limit: number | undefined
  const { queue, start, running } = setUp(folder.path, { limitBytesPerSecond: () => limit })
  start('plain')
  start('asked', 1000, { pace: { limitBytesPerSecond: 7 } })
  const limits = () => ['plain', 'asked'].map((name) => limitOf(running.get(name)?.task))
  expect(limits()).toEqual([0, 7])
  limit = 1000
  queue.limitsChanged()
  expect(limits()).toEqual([1000, 7])
  await queue.stop()
})

test('what ended is history, and its journal is gone', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, journalParent, held } = setUp(folder.path)
  const id = start('model')
  running.get('model')?.task.enter({ kind: 'finishing' })
  running.get('model')?.end()
  expect((await queue.wait(id, io)).state).toEqual({ kind: 'done' })
  expect(readdirSync(journalParent)).toEqual([])
  expect(held.size).toBe(0)
  expect(
    setUp(folder.path)
      .queue.list()
      .map((each) => [each.id, each.state.kind]),
  ).toEqual([[id, 'done']])
})

test('pause keeps the journal, a new queue finds it as interrupted or paused, and goes on with the records', async () => {
  await using folder = await createTempFolder()
  const before = setUp(folder.path)
  const id = before.start('model')
  before.running.get('model')?.task.journal.append({ kind: 'segment', index: 3 })
  await before.queue.pause(id)
  expect(before.stateOf(id)).toEqual({ kind: 'paused', reason: 'by-person' })
  await before.queue.stop()

  const after = setUp(folder.path)
  after.queue.adopt([after.journalParent])
  expect(after.stateOf(id)).toEqual({ kind: 'paused', reason: 'by-person' })
  after.queue.resume(id)
  expect(after.running.get('model')?.task.journal.records).toEqual([{ kind: 'segment', index: 3 }])
  await after.queue.stop()
  expect(after.stateOf(id)).toEqual({ kind: 'paused', reason: 'interrupted' })
})

test('after sleep what was on its way begins anew, and what was paused stays so', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, stateOf } = setUp(folder.path, { atOnce: 2 })
  const [moving, paused, away] = [start('moving'), start('paused'), start('away')]
  await queue.pause(paused)
  running.get('moving')?.task.enter({ kind: 'stalled', sinceMs: 0 })
  running.get('away')?.fail(new AppError('network-unreachable', { endpoint: 'store.test' }))
  await expect.poll(() => stateOf(away)).toMatchObject({ kind: 'paused', reason: 'store-unreachable' })
  const before = running.get('moving')?.task
  await queue.wake()
  expect(running.get('moving')?.task).not.toBe(before)
  expect(stateOf(moving)?.kind).toBe('preparing')
  expect(stateOf(away)?.kind).toBe('preparing')
  expect(stateOf(paused)).toEqual({ kind: 'paused', reason: 'by-person' })
  await queue.stop()
})

test('a journal with a torn tail is read up to it', async () => {
  await using folder = await createTempFolder()
  const before = setUp(folder.path)
  const id = before.start('model')
  before.running.get('model')?.task.journal.append({ kind: 'segment', index: 1 })
  await before.queue.stop()
  appendFileSync(path.join(before.journalParent, id, 'journal.log'), '0123456789abcdef {"kind":"segm')
  const after = setUp(folder.path)
  after.queue.adopt([after.journalParent])
  after.queue.resume(id)
  expect(after.running.get('model')?.task.journal.records).toEqual([{ kind: 'segment', index: 1 }])
  await after.queue.stop()
})

test('cancel discards what was made, then the journal, and answers after that', async () => {
  await using folder = await createTempFolder()
  const { queue, start, discarded, journalParent, stateOf } = setUp(folder.path)
  const id = start('model')
  await queue.cancel(id)
  expect(discarded).toEqual(['model'])
  expect(readdirSync(journalParent)).toEqual([])
  expect(stateOf(id)?.kind).toBe('cancelled')
})

test('finishing is neither paused nor cancelled', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, discarded } = setUp(folder.path)
  const id = start('model')
  running.get('model')?.task.enter({ kind: 'finishing' })
  await queue.pause(id)
  await queue.cancel(id)
  running.get('model')?.end()
  expect((await queue.wait(id, io)).state.kind).toBe('done')
  expect(discarded).toEqual([])
})

test('a full disk pauses, a damaged archive fails and can be tried again', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running } = setUp(folder.path)
  const full = start('full')
  const bad = start('bad')
  running.get('full')?.fail(new AppError('disk-full', { path: '/library' }))
  running.get('bad')?.fail(new AppError('archive-damaged', { ref: 'bad==1.0.0', reason: 'it ends too early.' }))
  expect((await queue.wait(full, io)).state).toMatchObject({ kind: 'paused', reason: 'disk-full' })
  expect((await queue.wait(bad, io)).state).toMatchObject({ kind: 'failed', error: { code: 'archive-damaged' } })
  queue.resume(bad)
  running.get('bad')?.end()
  expect((await queue.wait(bad, io)).state.kind).toBe('done')
  await queue.stop()
})

test('the same thing started twice is one transfer; one that another process holds is shown, not steered', async () => {
  await using folder = await createTempFolder()
  const here = setUp(folder.path)
  const id = here.start('model')
  expect(here.start('model')).toBe(id)
  const there = setUp(folder.path, { held: here.held })
  there.queue.adopt([there.journalParent])
  expect(there.queue.list()).toMatchObject([{ id, readOnly: true }])
  expect(() => there.queue.resume(id)).toThrow(AppError)
  await here.queue.stop()
  there.queue.resume(id)
  expect(there.running.has('model')).toBe(true)
  await there.queue.cancel(id)
  expect(existsSync(path.join(there.journalParent, id))).toBe(false)
})

test('what another process began later is listed, and taken over once its process is gone', async () => {
  await using folder = await createTempFolder()
  const here = setUp(folder.path)
  here.queue.adopt([here.journalParent])
  const there = setUp(folder.path, { held: here.held })
  const id = there.start('model')
  expect(here.queue.list()).toMatchObject([{ id, readOnly: true }])
  await there.queue.stop()
  expect(here.queue.list()).toMatchObject([{ id, readOnly: false, state: { kind: 'paused', reason: 'interrupted' } }])
  expect(here.held.size).toBe(1)
  await here.queue.stop()
})

test('what waits for its next try is tried at once when that is asked for, with the records it has', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, stateOf } = setUp(folder.path)
  const id = start('model')
  const first = running.get('model')
  first?.task.journal.append({ kind: 'part' })
  first?.task.enter({ kind: 'reconnecting', attempt: 3, nextTryAtMs: 0 })
  queue.resume(id)
  await expect.poll(() => stateOf(id)?.kind).toBe('preparing')
  const second = running.get('model')
  expect(second).not.toBe(first)
  expect(second?.task.journal.records).toEqual([{ kind: 'part' }])
  second?.task.enter({ kind: 'transferring' })
  queue.resume(id)
  expect(running.get('model')).toBe(second)
  await queue.stop()
})

test('after sleep one that ends, is paused or cancelled as it is stopped keeps no other from going on', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, stateOf } = setUp(folder.path)
  const names = ['ending', 'paused', 'cancelled', 'other'] as const
  const [ending, paused, cancelled, other] = names.map((name) => start(name)) as [string, string, string, string]
  for (const name of names) running.get(name)?.task.enter({ kind: 'transferring' })
  const before = running.get('other')
  running.get('ending')?.end()
  await Promise.all([queue.wake(), queue.pause(paused), queue.cancel(cancelled)])
  expect(stateOf(other)?.kind).toBe('preparing')
  expect(running.get('other')).not.toBe(before)
  expect(stateOf(ending)?.kind).toBe('done')
  expect(stateOf(paused)).toEqual({ kind: 'paused', reason: 'by-person' })
  expect(stateOf(cancelled)?.kind).toBe('cancelled')
  await queue.stop()
})

test('moving up passes the next one that has not ended', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running } = setUp(folder.path)
  const [first, bad, last] = [start('first', 100 * MiB), start('bad'), start('last', 100 * MiB)]
  running.get('bad')?.fail(new AppError('archive-damaged', { ref: 'bad==1.0.0', reason: 'it ends too early.' }))
  await queue.wait(bad, io)
  queue.moveUp(last)
  expect(queue.list().map(({ id }) => id)).toEqual([last, first, bad])
  queue.moveUp(last)
  expect(queue.list().map(({ id }) => id)).toEqual([last, first, bad])
  await queue.stop()
})

test('clearing the history forgets what ended, but not what failed, which can still go on from what it has', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, discarded, journalParent, changes } = setUp(folder.path)
  const gone = start('gone')
  await queue.cancel(gone)
  const id = start('bad')
  running.get('bad')?.fail(new AppError('archive-damaged', { ref: 'bad==1.0.0', reason: 'it ends too early.' }))
  await queue.wait(id, io)
  queue.clearHistory()
  expect(queue.list()).toMatchObject([{ id, state: { kind: 'failed' } }])
  expect(discarded).toEqual(['gone'])
  expect(readdirSync(journalParent)).toEqual([id])
  expect(changes).toContainEqual({ kind: 'transfer.removed', id: gone })
  expect(changes).not.toContainEqual({ kind: 'transfer.removed', id })
  await queue.cancel(id)
  queue.clearHistory()
  expect(queue.list()).toEqual([])
  expect(discarded).toEqual(['gone', 'bad'])
  expect(readdirSync(journalParent)).toEqual([])
})

test('what paused for want of space goes on by itself when there is room', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, stateOf } = setUp(folder.path, { goesOnByItself: true })
  const id = start('full')
  running.get('full')?.fail(new AppError('disk-full', { path: '/library' }))
  await queue.wait(id, io)
  // The test's disk has room for a kilobyte.
  await expect.poll(() => stateOf(id)?.kind, { timeout: 8_000 }).toBe('preparing')
  await queue.stop()
})

test('what another process ends is told of without being asked for, and once', async () => {
  await using folder = await createTempFolder()
  const app = setUp(folder.path, { goesOnByItself: true })
  const cli = setUp(folder.path)
  const id = cli.start('model')
  cli.running.get('model')?.end()
  await cli.queue.wait(id, io)
  await expect.poll(() => app.endedElsewhere, { timeout: 8_000 }).toEqual(['model'])
  const ended = { kind: 'transfer.changed', transfer: expect.objectContaining({ id, state: { kind: 'done' } }) }
  expect(app.changes).toEqual([ended])
  await Promise.all([app.queue.stop(), cli.queue.stop()])
})

test('a queue that takes nothing over lists an interrupted transfer and goes on with it when the same is asked for', async () => {
  await using folder = await createTempFolder()
  const before = setUp(folder.path)
  const id = before.start('model')
  await before.queue.stop()
  const after = setUp(folder.path, { takesOver: false, held: before.held })
  after.queue.adopt([after.journalParent])
  expect(after.held.size).toBe(0)
  expect(after.queue.list()).toMatchObject([{ id, readOnly: false, state: { kind: 'paused', reason: 'interrupted' } }])
  expect(after.start('model')).toBe(id)
  expect(after.running.has('model')).toBe(true)
  await after.queue.stop()
})

test('a cancel that comes while a pause is under way still cancels, and whoever asks again waits for it', async () => {
  await using folder = await createTempFolder()
  const { queue, start, discarded, stateOf } = setUp(folder.path)
  const id = start('model')
  const paused = queue.pause(id)
  const cancelled = queue.cancel(id)
  expect(await queue.cancel(id)).toBe(true)
  expect(discarded).toEqual(['model'])
  await Promise.all([paused, cancelled])
  expect(stateOf(id)?.kind).toBe('cancelled')
})

test('what lies in a library that is being moved can’t be taken, and that is said', async () => {
  await using folder = await createTempFolder()
  let moving = false
  const { queue, start, takeAway, losses } = setUp(folder.path, { moving: () => moving })
  const id = start('model')
  moving = true
  takeAway(id)
  losses.get(id)?.()
  await expect.poll(() => queue.list().find((each) => each.id === id)?.readOnly).toBe(true)
  await expect(queue.cancel(id)).rejects.toMatchObject({ code: 'busy', details: { moving: true } })
  await queue.stop()
})

describe('a start that fails leaves nothing', () => {
  test.each([
    ['its library is being moved', true, {}, { code: 'busy', details: { what: 'library', moving: true } }],
    ['it is too large to be noted', false, { filler: 'x'.repeat(64 * MiB) }, { code: 'package-too-large' }],
  ])('where %s', async (_name, moving, more, error) => {
    await using folder = await createTempFolder()
    const { queue, start, held, journalParent } = setUp(folder.path, { moving: () => moving })
    const request = { libraryId: 'default', name: 'model', ...more }
    expect(() => start('model', 1000, { request })).toThrow(expect.objectContaining(error))
    expect(existsSync(journalParent) ? readdirSync(journalParent) : []).toEqual([])
    expect([...held]).toEqual([])
    await queue.stop()
  })

  test('where its journal can’t be opened', async () => {
    await using folder = await createTempFolder()
    const { queue, start, held, journalParent } = setUp(folder.path)
    // A transfer of nothing that has a name.
    expect(() => start('model', 1000, { title: undefined as never })).toThrow(
      expect.objectContaining({ code: 'state-damaged' }),
    )
    expect(readdirSync(journalParent)).toEqual([])
    expect([...held]).toEqual([])
    await queue.stop()
  })
})

test('what is being cancelled can’t be started again until it is gone', async () => {
  await using folder = await createTempFolder()
  const { queue, start } = setUp(folder.path)
  const id = start('model')
  const cancelled = queue.cancel(id)
  expect(() => start('model')).toThrow(expect.objectContaining({ code: 'busy' }))
  await cancelled
  expect(start('model')).not.toBe(id)
  await queue.stop()
})

test('a pause that comes as a transfer begins to finish leaves none that only looks as if it ran', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running } = setUp(folder.path)
  const id = start('model')
  const { task } = running.get('model') ?? {}
  task?.signal.addEventListener('abort', () => task.enter({ kind: 'finishing' }))
  await queue.pause(id)
  expect((await queue.wait(id, io)).state).toEqual({ kind: 'paused', reason: 'interrupted' })
})

test('a transfer whose journal can’t be written ends in an error and holds nothing up', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, journalParent, stateOf } = setUp(folder.path)
  const id = start('lost')
  await queue.pause(id)
  rmSync(path.join(journalParent, id), { recursive: true })
  queue.resume(id)
  expect((await queue.wait(id, io)).state).toMatchObject({ kind: 'failed', error: { code: 'disk-failed' } })
  const next = start('next')
  running.get('next')?.end()
  expect((await queue.wait(next, io)).state.kind).toBe('done')
  await queue.cancel(id)
  expect(stateOf(id)?.kind).toBe('cancelled')
})

test('what ended is told although the history can’t be written', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, held } = setUp(folder.path)
  const id = start('model')
  mkdirSync(path.join(folder.path, 'state'))
  writeFileSync(path.join(folder.path, 'state', 'transfers'), 'no folder')
  running.get('model')?.end()
  expect((await queue.wait(id, io)).state.kind).toBe('done')
  expect(held.size).toBe(0)
})

test('a journal of another id than its folder, as a strange library may hold, is not a transfer', async () => {
  await using folder = await createTempFolder()
  const before = setUp(folder.path)
  const id = before.start('model')
  await before.queue.stop()
  cpSync(path.join(before.journalParent, id), path.join(before.journalParent, 'other'), { recursive: true })
  for (const takesOver of [true, false]) {
    const { queue, journalParent } = setUp(folder.path, { takesOver })
    queue.adopt([journalParent])
    expect(queue.list().map((each) => each.id)).toEqual([id])
    await queue.stop()
  }
})

test('an entry of the history that can’t be read leaves the others', async () => {
  await using folder = await createTempFolder()
  const before = setUp(folder.path)
  const id = before.start('model')
  before.running.get('model')?.end()
  await before.queue.wait(id, io)
  mkdirSync(path.join(folder.path, 'state', 'transfers', 'odd', 'ended.json'), { recursive: true })
  expect(setUp(folder.path).queue.list()).toMatchObject([{ id }])
})

const journalFile = (parent: string, id: string) => path.join(parent, id, 'journal.log')

test.each([
  ['its lease tells', 'told'],
  ['it is about to note something', 'noting'],
  ['it is about to commit', 'committing'],
])('a transfer that another host took over stops when %s, and writes nothing more', async (_, how) => {
  await using folder = await createTempFolder()
  const { queue, start, running, stateOf, journalParent, takeAway, losses, changes, held } = setUp(folder.path)
  const id = start('model')
  const { task } = running.get('model') ?? {}
  const before = readFileSync(journalFile(journalParent, id), 'utf8')
  takeAway(id)
  if (how === 'told') losses.get(id)?.()
  else if (how === 'noting') expect(() => task?.journal.append({ kind: 'segment' })).toThrow(AppError)
  else expect(() => task?.ensureOwned()).toThrow(AppError)
  expect(task?.signal.aborted).toBe(true)
  await expect.poll(() => queue.list().find((each) => each.id === id)?.readOnly).toBe(true)
  expect(readFileSync(journalFile(journalParent, id), 'utf8')).toBe(before)
  expect(changes.at(-1)).toMatchObject({ kind: 'transfer.changed', transfer: { id, readOnly: true } })
  const holder = expect.stringContaining('model')
  await expect(queue.cancel(id)).rejects.toMatchObject({ code: 'busy', details: { holder } })
  await queue.stop()
  expect(held.size).toBe(1)
  expect(stateOf(id)?.kind).not.toBe('cancelled')
})

test('a cancel of what another host took over discards nothing', async () => {
  await using folder = await createTempFolder()
  const { queue, start, discarded, journalParent, takeAway } = setUp(folder.path)
  const id = start('model')
  await queue.pause(id)
  takeAway(id)
  await queue.cancel(id)
  expect(discarded).toEqual([])
  expect(existsSync(journalFile(journalParent, id))).toBe(true)
})

test('what can’t be discarded now is cancelled, and discarded by the next queue', async () => {
  await using folder = await createTempFolder()
  const before = setUp(folder.path, { away: () => true })
  const id = before.start('model')
  expect(await before.queue.cancel(id)).toBe(false)
  expect(before.stateOf(id)?.kind).toBe('cancelled')
  expect(before.discarded).toEqual([])
  expect(existsSync(journalFile(before.journalParent, id))).toBe(true)
  await before.queue.stop()
  const looking = setUp(folder.path, { takesOver: false })
  looking.queue.adopt([looking.journalParent])
  expect(looking.queue.list().map(({ state }) => state.kind)).toEqual(['cancelled'])
  const after = setUp(folder.path)
  after.queue.adopt([after.journalParent])
  await expect.poll(() => existsSync(journalFile(after.journalParent, id))).toBe(false)
  expect(after.discarded).toEqual(['model'])
  expect(after.queue.list().map(({ state }) => state.kind)).toEqual(['cancelled'])
  expect(after.held.size).toBe(0)
})

test('what others may complete by now is not cancelled', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, discarded, stateOf } = setUp(folder.path)
  const id = start('model')
  running.get('model')?.task.journal.append({ kind: 'sealing' })
  await queue.pause(id)
  await expect(queue.cancel(id)).rejects.toMatchObject({ code: 'past-cancel' })
  expect(stateOf(id)?.kind).toBe('paused')
  expect(discarded).toEqual([])
  queue.resume(id)
  running.get('model')?.end()
  expect((await queue.wait(id, io)).state.kind).toBe('done')
})

test('how far a transfer was when its process was killed is told by whoever finds it', async () => {
  await using folder = await createTempFolder()
  let aheadMs = 0
  const clock = { ...createSystemClock(), monotonic: () => performance.now() + aheadMs }
  const { queue, start, running, journalParent } = setUp(folder.path, { clock })
  const id = start('model')
  await expect.poll(() => running.has('model')).toBe(true)
  running.get('model')?.task.counters.addReceived(600)
  running.get('model')?.task.counters.addSettled(400)
  aheadMs = 6000
  const found = setUp(folder.path, { takesOver: false })
  found.queue.adopt([journalParent])
  const told = () => found.queue.list().find((each) => each.id === id)
  await expect
    .poll(() => told()?.progress, { timeout: 3000 })
    .toMatchObject({ receivedBytes: 600, settledBytes: 400, totalBytes: 1000 })
  expect(told()?.state).toMatchObject({ kind: 'paused', reason: 'interrupted' })
  await queue.stop()
})

test('a publish asked for anew with other files takes the place of the one that was stopped, unless others may complete that', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running, discarded, stateOf } = setUp(folder.path)
  const publish = (name: string) => start('model', 1000, { kind: 'publish', connectionId: 'team', request: { name } })
  const first = publish('as it was')
  await expect.poll(() => running.has('as it was')).toBe(true)
  await queue.pause(first)
  const second = publish('changed')
  await expect.poll(() => stateOf(first)?.kind).toBe('cancelled')
  expect(discarded).toEqual(['as it was'])
  await expect.poll(() => running.has('changed')).toBe(true)
  running.get('changed')?.task.journal.append({ kind: 'sealing' })
  await queue.pause(second)
  const third = publish('changed again')
  await expect.poll(() => running.has('changed again')).toBe(true)
  running.get('changed again')?.end()
  await queue.wait(third, io)
  expect(stateOf(second)).toMatchObject({ kind: 'paused' })
  expect(discarded).toEqual(['as it was'])
  await queue.stop()
})

test('an install asked for again is that transfer, whatever is at hand by now; another one of the version is not', async () => {
  await using folder = await createTempFolder()
  const { queue, start, running } = setUp(folder.path)
  const install = (more: object) => start('model', 1000, { request: { libraryId: 'default', name: 'model', ...more } })
  const first = install({ reuse: ['1.0.0'] })
  await expect.poll(() => running.has('model')).toBe(true)
  await queue.pause(first)
  expect(install({ reuse: [] })).toBe(first)
  await queue.pause(first)
  expect(install({ force: true, reuse: [] })).not.toBe(first)
  await queue.stop()
})

test('a library from somebody else sets nothing in motion but what works in it alone', async () => {
  await using folder = await createTempFolder()
  const { queue, running, journalParent } = setUp(folder.path, { goesOnByItself: true })
  const home = path.join(folder.path, 'state', 'transfers')
  const disk = createNodeDisk()
  const put = (parent: string, kind: NewTransfer['kind'], libraryId: string, request: object) => {
    const id = `00000000-0000-4000-8000-${String(put.made++).padStart(12, '0')}`
    const start = { kind, title: 'm', libraryId, totalBytes: 1, request }
    createJournal(disk, path.join(parent, id), { kind: 'transfer', format: 1, id, createdAtMs: 1, start }).append({
      kind: 'transfer.state',
      state: { kind: 'paused', reason: 'disk-full' },
      receivedBytes: 0,
      settledBytes: 0,
      wireBytes: 0,
    })
    return id
  }
  put.made = 0
  for (const kind of ['export', 'move', 'publish'] as const)
    put(journalParent, kind, 'default', { libraryId: 'default' })
  put(journalParent, 'install', 'other', { libraryId: 'other' })
  put(journalParent, 'install', 'default', { libraryId: 'other' })
  const own = put(journalParent, 'verify', 'default', { libraryId: 'default', name: 'own' })
  const exported = put(home, 'export', 'default', { name: 'exported' })
  queue.adopt([journalParent, home])
  expect(queue.list().map(({ id }) => id)).toEqual([own, exported])
  await expect.poll(() => [...running.keys()].sort(), { timeout: 8000 }).toEqual(['exported', 'own'])
  expect(queue.list()).toHaveLength(2)
  await queue.stop()
})
