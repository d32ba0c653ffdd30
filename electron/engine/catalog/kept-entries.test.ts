import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type CatalogEntry, contentOf } from './catalog-entry.ts'
import { packKept, unpackKept } from './kept-entries.ts'

const io = { signal: new AbortController().signal, turn: () => {} }
const version = (n: number): CatalogEntry => {
  const info = {
    name: `m${n}`,
    version: '1.0.0-rc.1',
    ...(n % 3 === 0 ? {} : { tags: ['vision', `kind ${n % 5}`], compatibility: { 'Shelf Vision': `^${n % 4}.0.0` } }),
    ...(n % 2 === 0 ? { notes: 'ältere 数', license: 'MIT' } : { description: 'x'.repeat(2000) }),
  }
  const facts = {
    info,
    archiveBytes: n,
    totalBytes: 2 * n,
    fileCount: 1,
    published: { at: '2026-01-01T00:00:00Z', by: 'Ada' },
  }
  return {
    ident: `m${n}-1.0.0-rc.1`,
    etag: `"${n}"`,
    metaBytes: 10,
    modifiedMs: n,
    archiveBytes: n,
    content: contentOf(facts, n),
  }
}
const unreadable: CatalogEntry = {
  ident: 'odd',
  etag: '',
  metaBytes: 0,
  modifiedMs: 9e15,
  oddKey: 'models/odd/x/meta.json',
  content: { kind: 'unreadable', problem: 'unreadable-now', reason: 'The store can’t give it at present.' },
}
const entries = [...Array.from({ length: 500 }, (_, n) => version(n)), unreadable]
const sealed = (text: string) => {
  const packed = gzipSync(text)
  return Buffer.concat([createHash('sha256').update(packed).digest(), packed])
}

describe('the entries of a list that is kept', () => {
  test('come back as they were, in their order, and share what they shared', async () => {
    const kept = await unpackKept(await packKept('s3://b', entries, io), io)
    expect(kept?.place).toBe('s3://b')
    expect([...(kept?.entries.values() ?? [])]).toEqual(entries)
    const tagsOf = (ident: string) => {
      const content = kept?.entries.get(ident)?.content
      return content?.kind === 'version' ? content.package.tags : undefined
    }
    expect(tagsOf('m1-1.0.0-rc.1')).toBe(tagsOf('m11-1.0.0-rc.1'))
  })

  test('are written in many lines', async () => {
    const bytes = await packKept('p', entries, io)
    expect(gunzipSync(bytes.subarray(32)).toString().trimEnd().split('\n').length).toBeGreaterThan(5)
  })

  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['one byte is another', (bytes) => bytes.fill((bytes.at(100) ?? 0) ^ 1, 100, 101)],
    ['the end is missing', (bytes) => bytes.subarray(0, -10)],
    ['there is nothing', () => Buffer.alloc(0)],
    ['it is of another format', () => sealed('{"orbitalList":2,"place":"p"}\n{"values":[],"entries":[]}\n')],
    ['there is no first line', () => sealed('')],
  ])('are none where %s', async (_, damage) => {
    expect(await unpackKept(damage(Buffer.from(await packKept('p', entries, io))), io)).toBeUndefined()
  })
})
