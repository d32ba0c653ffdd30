/**
 * A bucket of any number of versions, as far as listing goes: ListObjectsV2, GET of each meta.json, GET and PUT of other small objects. What it
 * lists is computed, so that 100,000 versions need no minutes to be stored; it answers as S3 does, a thousand keys a page. Arguments: how many
 * packages of one version; how many versions of one package beside them (none by default). Prints its port.
 */
import { createServer } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { archiveBytes, etagOf, makeMeta, modified, refOf } from './listed-versions.ts'

const many = Number(process.argv[3] ?? 0)
const count = many + Number(process.argv[2])
const identOf = (n: number) => {
  const { name, version } = refOf(n, many)
  return `${name}-${version}`
}
const metaOf = (n: number) => makeMeta(n, n === changed, refOf(n, many))
const numbers = new Map(Array.from({ length: count }, (_, n) => [identOf(n), n]))
const put = new Map<string, { readonly bytes: Buffer; readonly etag: string; readonly at: string }>()
let changed = -1

const objectXml = (key: string, etag: string, sizeBytes: number, at = modified) =>
  `<Contents><Key>${key}</Key><LastModified>${at}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`

function listXml(prefix: string, token: number): string {
  const isModels = prefix === 'models/'
  const end = isModels ? Math.min(token + 500, count) : 0
  let contents = ''
  for (let n = isModels ? token : 0; n < end; n += 1) {
    const folder = `models/${identOf(n)}`
    contents += objectXml(`${folder}/archive.gz`, `a${n}`, archiveBytes)
    contents += objectXml(`${folder}/meta.json`, etagOf(n, n === changed), metaOf(n).length)
  }
  for (const [key, { bytes, etag }] of put)
    if (!isModels && key.startsWith(prefix)) contents += objectXml(key, etag, bytes.length)
  const next = end < count && isModels ? `<NextContinuationToken>${end}</NextContinuationToken>` : ''
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix>${prefix}</Prefix><EncodingType>url</EncodingType><KeyCount>${(end - token) * 2}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>${next !== ''}</IsTruncated>${next}${contents}</ListBucketResult>`
}

const pages = new Map<string, Buffer>()
const server = createServer(async (request, answer) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server')
  const key = pathname.split('/').slice(2).join('/')
  const send = (status: number, body: Buffer, etag?: string, at = modified) => {
    answer.writeHead(status, {
      'content-length': body.length,
      'last-modified': new Date(at).toUTCString(),
      ...(etag === undefined ? { 'content-type': 'application/xml' } : { etag: `"${etag}"` }),
    })
    answer.end(body)
  }
  if (searchParams.has('list-type')) {
    const token = Number(searchParams.get('continuation-token') ?? 0)
    const prefix = searchParams.get('prefix') ?? ''
    const page = pages.get(prefix + token) ?? Buffer.from(listXml(prefix, token))
    pages.set(prefix + token, page)
    return send(200, page)
  }
  if (request.method === 'POST') {
    changed = Number(await text(request))
    pages.clear()
    return send(200, Buffer.alloc(0))
  }
  if (request.method === 'PUT') {
    pages.clear()
    const etag = `p${put.size}`
    put.set(key, { bytes: await buffer(request), etag, at: new Date().toISOString() })
    return send(200, Buffer.alloc(0), etag)
  }
  const [, ident = '', object] = /^models\/([^/]+)\/(meta\.json|archive\.gz)$/.exec(key) ?? []
  const n = numbers.get(ident)
  if (n !== undefined && object === 'meta.json') return send(200, metaOf(n), etagOf(n, n === changed))
  if (n !== undefined) return send(200, Buffer.alloc(archiveBytes), `a${n}`)
  const found = put.get(key)
  if (found === undefined) return send(404, Buffer.from('<Error><Code>NoSuchKey</Code></Error>'))
  return send(200, found.bytes, found.etag, found.at)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' ? address?.port : '')
})
