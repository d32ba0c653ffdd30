import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { buildPackageFolder, createBytes, planFiles } from './package-builder.ts'
import { createTempFolder } from './temp-folder.ts'

test('the same seed gives the same bytes, another one others', () => {
  expect(createBytes(1001, 5)).toEqual(createBytes(1001, 5))
  expect(createBytes(1001, 5)).not.toEqual(createBytes(1001, 6))
})

test('random bytes do not shrink, compressible ones do', () => {
  expect(gzipSync(createBytes(100_000, 1)).length).toBeGreaterThan(99_000)
  expect(gzipSync(createBytes(100_000, 1, 'compressible')).length).toBeLessThan(35_000)
})

test('a folder has what was planned', async () => {
  await using folder = await createTempFolder()
  const files = planFiles(101, 17)
  const built = await buildPackageFolder(folder.path, { manifest: { name: 'a', version: '1.0.0' }, files })
  expect(built.length).toBe(101)
  expect(built.at(-1)?.path).toBe('part-001/file-00100.bin')
  for (const { path, bytes } of built) expect(await readFile(join(folder.path, path))).toEqual(bytes)
  const manifest = JSON.parse(await readFile(join(folder.path, 'package.json'), 'utf8'))
  expect(manifest.include[0]).toEqual(['part-000', 'file-00000.bin'])
})
