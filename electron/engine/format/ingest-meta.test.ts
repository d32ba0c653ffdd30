import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AppError } from '../../../shared/errors.ts'
import type { ManifestFile, PackageInfo } from '../../../shared/model/package.ts'
import { checkPackagePath } from '../../../shared/model/package-path.ts'
import { readVectors, type Vector } from '../../../testkit/read-vectors.ts'
import { decodeMembers } from './archive-reader.ts'
import { ingestInstalledMeta, ingestMeta } from './ingest-meta.ts'
import { writeMeta } from './write-meta.ts'

const metaVectors = readVectors('metas')
const good = metaVectors.find(({ name }) => name === 'orbital-split.txt')?.body ?? Buffer.alloc(0)

describe('strict ingest', () => {
  test.each(metaVectors.map((vector) => [vector.name, vector] as const))('of %s', (_, vector) => {
    const bytes = bodyOf(vector)
    const key = vector.header.key ?? 'models/model-1.0.0/meta.json'
    const startedMs = performance.now()
    if (vector.expect === 'accepted') {
      const manifest = ingestMeta(bytes, { key })
      for (const file of manifest.files.slice(0, 100))
        expect(checkPackagePath(file.path.split('/'))).toEqual({ ok: true })
      expect(Object.keys(manifest.info)).not.toContain('whatever')
    } else {
      const error = errorOf(() => ingestMeta(bytes, { key }))
      expect(error).toMatchObject({ code: 'meta-invalid', details: { key } })
      expect((error as AppError<'meta-invalid'>).details.reason).toContain(vector.because)
    }
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })

  test('reads the third element and the etag only of a copy in a library', () => {
    const meta = JSON.parse(good.toString('utf8'))
    const copy = Buffer.from(
      JSON.stringify({ ...meta, archive: [...meta.archive, 'models/x/archive.gz'], etag: '"abc"' }),
    )
    expect(ingestInstalledMeta(copy, { key: 'meta.json' }).etag).toBe('"abc"')
    expect(errorOf(() => ingestMeta(copy, { key: 'meta.json' }))).toMatchObject({ code: 'meta-invalid' })
  })

  test('holds ident and archive size against the content', () => {
    expect(errorOf(() => ingestMeta(good, { key: 'x', ident: 'model-1.0.1' }))).toMatchObject({ code: 'meta-invalid' })
    expect(errorOf(() => ingestMeta(good, { key: 'x', archiveBytes: 151 }))).toMatchObject({ code: 'archive-mismatch' })
    expect(ingestMeta(good, { key: 'x', ident: 'model-1.0.0', archiveBytes: 150 }).files[0]?.blocks).toHaveLength(2)
  })

  test('gives the manifest of large bytes again, wherever they lie, and only to whom they are right', () => {
    const meta = JSON.parse(good.toString('utf8'))
    const large = Buffer.from(JSON.stringify({ ...meta, unknown: 'x'.repeat(300_000) }))
    const first = ingestMeta(large, { key: 'a' })
    expect(ingestMeta(Buffer.from(large), { key: 'b', ident: 'model-1.0.0', archiveBytes: 150 })).toBe(first)
    expect(ingestInstalledMeta(large, { key: 'c' })).toBe(first)
    expect(errorOf(() => ingestMeta(large, { key: 'x', ident: 'model-1.0.1' }))).toMatchObject({ code: 'meta-invalid' })
    expect(errorOf(() => ingestMeta(large, { key: 'models/a-1.0.0/meta.json' }))).toMatchObject({
      code: 'meta-invalid',
    })
    expect(errorOf(() => ingestMeta(large, { key: 'x', archiveBytes: 151 }))).toMatchObject({
      code: 'archive-mismatch',
    })

    const copy = Buffer.from(
      JSON.stringify({ ...meta, unknown: 'x'.repeat(300_000), archive: [...meta.archive, 'x'], etag: '"abc"' }),
    )
    expect(ingestInstalledMeta(copy, { key: 'x' }).etag).toBe('"abc"')
    expect(ingestInstalledMeta(copy, { key: 'x' }).etag).toBe('"abc"')
    expect(errorOf(() => ingestMeta(copy, { key: 'x' }))).toMatchObject({ code: 'meta-invalid' })
    const changed = Buffer.from(large.toString('utf8').replace('xxx', 'yyy'))
    expect(ingestMeta(changed, { key: 'x' })).not.toBe(first)
  })

  test('refuses more than 64 MiB before it looks at them', () => {
    const bytes = Buffer.alloc(64 * 1024 * 1024 + 1, 0x20)
    expect(errorOf(() => ingestMeta(bytes, { key: 'x' }))).toMatchObject({ code: 'meta-invalid' })
  })

  test('is quick to refuse millions of values', () => {
    const bytes = Buffer.from(`{"a":[${'[],'.repeat(8_000_000)}[]]}`)
    const startedMs = performance.now()
    expect(errorOf(() => ingestMeta(bytes, { key: 'x' }))).toMatchObject({ code: 'meta-invalid' })
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })

  test('of any altered meta gives a manifest of safe paths or meta-invalid, nothing else', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(-1, 1e308, '..', ['..'], '__proto__', null, 'a'.repeat(300)),
    )
    fc.assert(
      fc.property(
        fc.nat(),
        odd,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
        (at, value, flips) => {
          const meta = JSON.parse(good.toString('utf8'))
          replaceOne(meta, at, value)
          const bytes = Buffer.from(JSON.stringify(meta))
          for (const [where, byte] of flips) bytes[where % bytes.length] = byte
          const result = errorOf(() => ingestMeta(bytes, { key: 'meta.json' }))
          if (result === undefined) {
            for (const file of ingestMeta(bytes, { key: 'meta.json' }).files)
              expect(checkPackagePath(file.path.split('/')).ok).toBe(true)
          } else expect(result).toMatchObject({ code: 'meta-invalid' })
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('a written meta', () => {
  const info: PackageInfo = {
    name: 'model',
    version: '1.0.0',
    title: 'Größe 😀 \u007f "q" \\ \u2028',
    compatibility: { my_library: '>=1.1.1', other: null, '\uffff': null, '😀': null },
    tags: [],
  }
  const files: ManifestFile[] = [
    {
      path: 'data/model.bin',
      sizeBytes: 60,
      startOffset: 0,
      endOffset: 150,
      checksum: { algorithm: 'sha256', hex: 'a'.repeat(64) },
      blocks: [
        { endOffset: 80, sizeBytes: 30, sha256: 'b'.repeat(64) },
        { endOffset: 150, sizeBytes: 30, sha256: 'c'.repeat(64) },
      ],
    },
  ]
  const archive = { md5: 'd'.repeat(32), sizeBytes: 150 }
  const orbital = {
    transaction: 't',
    publishedAt: '2025-03-01T10:00:00.000Z',
    publishedBy: 'Ann',
    tool: 'orbital 0.1.0',
  }

  test('is read back as it was', () => {
    const { tags: _, ...rest } = info
    const manifest = ingestMeta(writeMeta({ info, files, archive, orbital }), { key: 'models/model-1.0.0/meta.json' })
    expect(manifest).toEqual({
      ref: { name: 'model', version: '1.0.0' },
      info: rest,
      files,
      archive,
      totalBytes: 60,
      orbital,
    })
  })

  test('is, byte for byte, what json.dumps writes', () => {
    const text = Buffer.from(writeMeta({ info, files, archive })).toString('latin1')
    expect(text).toBe(readFileSync(join(import.meta.dirname, '../../../testkit/vectors/python-meta.json'), 'latin1'))
  })

  test('of any publishable package is read back', () => {
    const part = fc.stringMatching(/^[a-z0-9 _-]{0,10}[a-z0-9_-]$/)
    const paths = fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 8,
      selector: (parts) => parts[0],
    })
    fc.assert(
      fc.property(
        paths,
        fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }),
        fc.string({ maxLength: 80 }),
        (all, sizes, title) => {
          let startOffset = 0
          const listed = all
            .filter((parts) => checkPackagePath(parts).ok)
            .map((parts, index): ManifestFile => {
              const sizeBytes = sizes[index] ?? 0
              const file = {
                ...files[0],
                path: parts.join('/'),
                sizeBytes,
                startOffset,
                endOffset: startOffset + sizeBytes + 23,
              }
              startOffset = file.endOffset
              const { blocks: _, ...whole } = file as ManifestFile
              return whole
            })
          fc.pre(listed.length > 0)
          const bytes = writeMeta({
            info: { name: 'model', version: '1.0.0', title },
            files: listed,
            archive: { ...archive, sizeBytes: startOffset },
          })
          const manifest = ingestMeta(bytes, { key: 'meta.json' })
          expect(manifest.files).toEqual(listed)
          expect(manifest.info.title).toBe(title)
        },
      ),
    )
  })

  test('over the caps is not written', () => {
    const many = Array.from({ length: 200_001 }, () => files[0] as ManifestFile)
    expect(errorOf(() => writeMeta({ info, files: many, archive }))).toMatchObject({ code: 'package-too-large' })
  })
})

describe('a slice of an archive', () => {
  test.each(readVectors('archives').map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const expectedBytes = Number(vector.header.size)
    let bytesOut = 0
    const onData = (bytes: Uint8Array) => {
      bytesOut += bytes.length
    }
    const error: unknown = await decodeMembers(vector.body, { expectedBytes, onData }).catch(
      (caught: unknown) => caught,
    )
    expect(bytesOut).toBeLessThanOrEqual(expectedBytes)
    if (vector.expect === 'accepted') expect([error, bytesOut]).toEqual([undefined, expectedBytes])
    else {
      expect(error).toMatchObject({ code: 'archive-damaged' })
      expect((error as AppError<'archive-damaged'>).details.reason).toContain(vector.because)
    }
  })
})

function errorOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}

/** `repeat-manifest` makes a list of so many files of the one that is there. */
function bodyOf({ header, body }: Vector): Uint8Array {
  const count = Number(header['repeat-manifest'] ?? 0)
  if (count === 0) return body
  const meta = JSON.parse(body.toString('utf8'))
  const [entry] = meta.manifest
  meta.manifest = Array.from({ length: count }, (_, index) => ({
    ...entry,
    path: ['data', `${index}`],
    noffset: (index + 1) * 100,
  }))
  return Buffer.from(JSON.stringify(meta))
}

/** Puts a value in the place of the n-th one. */
function replaceOne(root: object, at: number, value: unknown): void {
  const places: (readonly [Record<string, unknown>, string])[] = []
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key])
      visit(child)
    }
  }
  visit(root)
  const place = places[at % places.length]
  if (place !== undefined) place[0][place[1]] = value
}
