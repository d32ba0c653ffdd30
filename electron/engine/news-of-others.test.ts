import { expect, test } from 'vitest'
import type { Change } from '../../shared/ipc/events.ts'
import { createNewsOfOthers, type Watched } from './news-of-others.ts'
import { createSystemClock } from './system-clock.ts'

const installedIn = (libraryId: string): Change => ({ kind: 'installed.changed', libraryId })

function rig() {
  /** What stands on the disk, as the look would find it. */
  const disk = new Map([['a', '1']])
  const told: Change[] = []
  const news = createNewsOfOthers({
    clock: createSystemClock(),
    log: { write: () => {} },
    announcer: { change: (change) => void told.push(change), sample: () => {} },
    watched: () =>
      [...disk.keys()].map(
        (id): Watched => ({
          key: id,
          mark() {
            if (disk.get(id) === 'away') throw new Error('away')
            return disk.get(id) ?? ''
          },
          tell: () => void told.push(installedIn(id)),
        }),
      ),
    toldBy: (change) => ({
      keys: change.kind === 'installed.changed' ? [change.libraryId] : [],
      anew: change.kind === 'libraries.changed',
    }),
  })
  news.begin()
  return { disk, told, news, [Symbol.dispose]: news.stop }
}

test('what another process changed is told once', () => {
  using parts = rig()
  const { disk, told, news } = parts
  news.look()
  expect(told).toEqual([])
  disk.set('a', '2')
  news.look()
  news.look()
  expect(told).toEqual([installedIn('a')])
})

test('what this process changed and told itself is not told again', () => {
  using parts = rig()
  const { disk, told, news } = parts
  disk.set('a', '2')
  news.announcer.change(installedIn('a'))
  news.look()
  expect(told).toEqual([installedIn('a')])
  disk.set('a', '3')
  news.look()
  expect(told).toEqual([installedIn('a'), installedIn('a')])
})

test('what comes anew is told of from its first moment on', () => {
  using parts = rig()
  const { disk, told, news } = parts
  disk.set('b', '1')
  news.announcer.change({ kind: 'libraries.changed' })
  disk.set('b', '2')
  news.look()
  expect(told).toEqual([{ kind: 'libraries.changed' }, installedIn('b')])
})

test('what can’t be looked at for a while hides no other, and is told of when it is back as another', () => {
  using parts = rig()
  const { disk, told, news } = parts
  disk.set('b', '1')
  news.look()
  disk.set('a', 'away')
  disk.set('b', '2')
  news.look()
  expect(told).toEqual([installedIn('b')])
  disk.set('a', '2')
  news.look()
  expect(told).toEqual([installedIn('b'), installedIn('a')])
})
