import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createBytes } from './package-builder.ts'
import { createTempFolder } from './temp-folder.ts'
import { extractZip } from './zip-file.ts'

interface Entry {
  readonly name: string
  readonly bytes: Buffer
  readonly deflate?: boolean
  readonly mode?: number
}

/** A zip file as packers of wheels write it. */
function packZip(entries: readonly Entry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, bytes, deflate = true, mode = 0o100644 } of entries) {
    const data = deflate ? deflateRawSync(bytes) : bytes
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(deflate ? 8 : 0, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(mode * 0x10000, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, tail, Buffer.from(name)]))
    bodies.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(Buffer.concat(directory).length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, ...directory, Buffer.from('PK\x05\x06'), end])
}

test('extracts what is wanted, with its mode', async () => {
  await using folder = await createTempFolder()
  const archive = join(folder.path, 'a.zip')
  const bytes = createBytes(200_000, 3, 'compressible')
  await writeFile(
    archive,
    packZip([
      { name: 'data/scripts/tool', bytes, mode: 0o100755 },
      { name: 'stored.txt', bytes: Buffer.from('as it is'), deflate: false },
      { name: 'empty', bytes: Buffer.alloc(0), deflate: false },
      { name: 'unwanted', bytes },
    ]),
  )
  const target = join(folder.path, 'out')
  const names = await extractZip({
    archive,
    folder: target,
    place: (name) => (name === 'unwanted' ? undefined : name.replace('data/scripts/', 'bin/')),
  })
  expect(names).toEqual(['data/scripts/tool', 'stored.txt', 'empty'])
  expect(await readFile(join(target, 'bin/tool'))).toEqual(bytes)
  expect((await stat(join(target, 'bin/tool'))).mode & 0o111).not.toBe(0)
  expect(await readFile(join(target, 'stored.txt'), 'utf8')).toBe('as it is')
  expect((await stat(join(target, 'empty'))).size).toBe(0)
})

test('refuses an entry that leads out of the folder, and what is no zip file', async () => {
  await using folder = await createTempFolder()
  const archive = join(folder.path, 'a.zip')
  const target = join(folder.path, 'out')
  await writeFile(archive, packZip([{ name: '../out-of-it', bytes: Buffer.from('x') }]))
  await expect(extractZip({ archive, folder: target, place: (name) => name })).rejects.toThrow(/leads out/)
  await writeFile(archive, 'hello')
  await expect(extractZip({ archive, folder: target, place: (name) => name })).rejects.toThrow(/not a zip/)
})
