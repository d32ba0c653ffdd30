import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { ManifestFile } from '../../../shared/model/package.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { previewInstalled } from './text.ts'

test('a preview of an installed file shows nothing from behind a link', async () => {
  await using folder = await createTempFolder()
  const version = path.join(folder.path, 'model-1.0.0')
  mkdirSync(path.join(version, 'docs'), { recursive: true })
  writeFileSync(path.join(folder.path, 'a.txt'), 'private')
  writeFileSync(path.join(version, 'docs', 'a.txt'), 'public!')
  const file = { path: 'docs/a.txt', sizeBytes: 7 } as ManifestFile
  const preview = () => previewInstalled(createNodeDisk(), version, file, 100)
  expect(preview().content).toEqual({ kind: 'text', text: 'public!', truncated: false })

  rmSync(path.join(version, 'docs', 'a.txt'))
  symlinkSync(path.join(folder.path, 'a.txt'), path.join(version, 'docs', 'a.txt'))
  expect(preview).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))

  rmSync(path.join(version, 'docs'), { recursive: true })
  symlinkSync(folder.path, path.join(version, 'docs'))
  expect(preview).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))
})
