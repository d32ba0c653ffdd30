import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createHistory } from './history.ts'

const ended = (id: string, endedAtMs: number): Transfer => ({
  id,
  kind: 'publish',
  ref: { name: 'model', version: '1.0.0' },
  title: 'model',
  connectionId: 'local',
  state: { kind: 'done' },
  progress: { totalBytes: 1, receivedBytes: 1, settledBytes: 1, bytesPerSecond: 0 },
  wireBytes: 1,
  readOnly: false,
  createdAtMs: 0,
  endedAtMs,
})

test('what another process ended or cleared is seen by one that runs', async () => {
  await using folder = await createTempFolder()
  const logged: string[] = []
  const log = { write: (_: string, event: string) => void logged.push(event) }
  const make = () => createHistory(createNodeDisk(), log, folder.path, 0)
  const ids = (history: ReturnType<typeof make>) => history.list().map(({ id }) => id)
  const [app, cli] = [make(), make()]
  app.add(ended('a', 1))
  cli.add(ended('b', 2))
  expect(ids(app)).toEqual(['b', 'a'])
  // A journal is there before its transfer ends.
  createNodeDisk().makeFolder(path.join(folder.path, 'c'))
  expect(ids(app)).toEqual(['b', 'a'])
  cli.add(ended('c', 3))
  expect(ids(app)).toEqual(['c', 'b', 'a'])
  cli.clear()
  expect(ids(app)).toEqual([])
  expect(readdirSync(folder.path)).toEqual([])
})

test('what can’t be written is told as long as the engine runs', async () => {
  await using folder = await createTempFolder()
  const place = path.join(folder.path, 'transfers')
  const history = createHistory(createNodeDisk(), { write: () => {} }, place, 0)
  writeFileSync(place, '')
  expect(() => history.add(ended('a', 1))).toThrow()
  expect(history.list().map(({ id }) => id)).toEqual(['a'])
})

test('clearing leaves the journal of what is still being cleaned up', async () => {
  await using folder = await createTempFolder()
  const disk = createNodeDisk()
  const history = createHistory(disk, { write: () => {} }, folder.path, 0)
  history.add(ended('a', 1))
  disk.create(path.join(folder.path, 'a', 'journal.log'), new Uint8Array())
  history.clear()
  expect(history.list()).toEqual([])
  expect(readdirSync(path.join(folder.path, 'a'))).toEqual(['journal.log'])
})

test('what another process ended meanwhile is news once, and nothing that was there before or is one’s own', async () => {
  await using folder = await createTempFolder()
  const make = (sinceMs: number) => createHistory(createNodeDisk(), { write: () => {} }, folder.path, sinceMs)
  const news = (history: ReturnType<typeof make>) => history.news().map(({ id }) => id)
  const cli = make(0)
  cli.add(ended('before', 1))
  const app = make(2)
  app.add(ended('own', 3))
  expect(news(app)).toEqual([])
  cli.add(ended('other', 4))
  expect(app.list()).toHaveLength(3)
  expect(news(app)).toEqual(['other'])
  expect(news(app)).toEqual([])
})
