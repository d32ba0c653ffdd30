import { appendFileSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createJournal, openJournal, peekJournal } from './journal.ts'

const disk = createNodeDisk()
const unsynced = { synced: false }
let temp: TempFolder
beforeAll(async () => {
  temp = await createTempFolder()
})
afterAll(() => temp.remove())

test('what is outdated goes, so that a transfer that never gets on stays within reach', () => {
  const folder = path.join(temp.path, 't1')
  const journal = createJournal(disk, folder, { kind: 'transfer', id: 't1' } as never)
  journal.append({ kind: 'install.part', part: 1 } as never, unsynced)
  for (let at = 0; at < 12_000; at += 1) {
    journal.append({ kind: 'transfer.pace', pace: { at } } as never, unsynced)
    journal.append(
      { kind: 'transfer.state', state: { kind: 'paused', at }, filling: 'x'.repeat(100) } as never,
      unsynced,
    )
    if (at === 6_000) journal.append({ kind: 'install.part', part: 2 } as never, unsynced)
  }
  expect(statSync(path.join(folder, 'journal.log')).size).toBeLessThan(1.5 * 1024 * 1024)
  const part = (each: number) => ({ kind: 'install.part', part: each })
  for (const records of [journal.records, openJournal(disk, folder).records, peekJournal(disk, folder) ?? []]) {
    expect(records[0]).toEqual({ kind: 'transfer', id: 't1' })
    expect(records.filter(({ kind }) => kind === 'install.part')).toEqual([part(1), part(2)])
    expect(records.findLast(({ kind }) => kind === 'transfer.state')).toMatchObject({ state: { at: 11_999 } })
    expect(records.findLast(({ kind }) => kind === 'transfer.pace')).toMatchObject({ pace: { at: 11_999 } })
  }
})

test('what somebody else wrote meanwhile is not taken away', () => {
  const folder = path.join(temp.path, 't2')
  const journal = createJournal(disk, folder, { kind: 'transfer', id: 't2' } as never)
  const file = path.join(folder, 'journal.log')
  appendFileSync(file, 'a line of the new owner\n')
  for (let at = 0; at < 20_000; at += 1)
    journal.append(
      { kind: 'transfer.state', state: { kind: 'paused', at }, filling: 'x'.repeat(60) } as never,
      unsynced,
    )
  expect(readFileSync(file, 'utf8')).toContain('a line of the new owner\n')
})
