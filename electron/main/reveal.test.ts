import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { createReveal } from './reveal.ts'

test('what is not there is said of Orbital’s own places alone', async () => {
  await using folder = await createTempFolder()
  const at = (...names: string[]) => path.join(folder.path, ...names)
  const disk = createNodeDisk()
  disk.makeFolder(at('home', 'library'))
  disk.makeFolder(at('other'))
  for (const name of ['home/a', 'other/a']) writeFileSync(at(name), '')
  const shown: string[] = []
  const reveal = createReveal({ disk, places: async () => [at('home')], show: (target) => void shown.push(target) })
  const answer = (target: string) => reveal(target).catch((error: { readonly code: string }) => error.code)
  expect(await answer(at('home', 'a'))).toBeUndefined()
  expect(await answer(at('home', 'b'))).toBe('file-not-found')
  expect(await answer(at('other', 'a'))).toBeUndefined()
  expect(await answer(at('other', 'b'))).toBeUndefined()
  expect(await answer(at('other', 'a', 'b'))).toBeUndefined()
  expect(await answer(`${at('home')}/../other/b`)).toBeUndefined()
  expect(await answer('home')).toBe('usage')
  expect(shown).toEqual([at('home', 'a'), at('other', 'a')])
})
