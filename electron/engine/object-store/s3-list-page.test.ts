import { expect, test } from 'vitest'
import { parseListPage } from './s3-list-page.ts'

const object = (key: string, more = '') =>
  `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;ab&#34;</ETag><Size>12</Size>${more}</Contents>`
const page = (contents: string) =>
  Buffer.from(
    `<?xml version="1.0"?><ListBucketResult xmlns="x"><Name>b</Name>${contents}<IsTruncated>false</IsTruncated></ListBucketResult>`,
  )

test('objects are taken out of a page, the rest of it stays', () => {
  const found = parseListPage(page(object('models/a%20b') + object('m&amp;n', '<Owner><ID>1</ID></Owner>')))
  expect(found?.objects).toEqual([
    { key: 'models/a%20b', sizeBytes: 12, etag: '"ab"', modifiedMs: Date.parse('2026-01-02T03:04:05Z') },
    { key: 'm&n', sizeBytes: 12, etag: '"ab"', modifiedMs: Date.parse('2026-01-02T03:04:05Z') },
  ])
  expect(Buffer.from(found?.rest ?? []).toString()).toBe(page('').toString())
  expect(parseListPage(page(''))?.objects).toEqual([])
})

test('a time that is none does not cost the page', () => {
  const found = parseListPage(page(object('a').replace('2026', 'soon') + object('b')))
  expect(found?.objects.map(({ modifiedMs }) => modifiedMs)).toEqual([0, Date.parse('2026-01-02T03:04:05Z')])
})

test.each([
  ['an object without a size', '<Contents><Key>a</Key><ETag>b</ETag></Contents>'],
  ['a size that is none', object('a').replace('>12<', '>-1<')],
  ['an object that does not end', '<Contents><Key>a</Key>'],
  ['a field of the next object', `<Contents><Key>a</Key></Contents>${object('b')}`],
  ['attributes', `<Contents a="b"><Key>a</Key></Contents>`],
  ['CDATA', object('<![CDATA[a]]>')],
  ['a comment', `<!-- ${object('a')} -->`],
  ['an entity that nobody knows', object('&nbsp;')],
  ['a tag inside a key', object('<b>a</b>')],
])('%s is left to the SDK', (_, contents) => {
  expect(parseListPage(page(contents))).toBeUndefined()
})

test('what is no listing is left to the SDK', () => {
  expect(parseListPage(Buffer.from('<html></html>'))).toBeUndefined()
  expect(parseListPage(Buffer.from(''))).toBeUndefined()
})
