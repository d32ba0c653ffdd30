import { createHash } from 'node:crypto'

/** The versions that listing-server.ts has, from their number alone. */
export const modified = '2026-01-02T03:04:05.000Z'
export const archiveBytes = 60

const topics = ['fraud', 'card', 'payment', 'vision', 'speech', 'ranking', 'digits', 'churn', 'größe', 'intent']
const topicOf = (n: number) => topics[n % topics.length]

export const nameOf = (n: number): string => `package_${String(n).padStart(6, '0')}`
export const manyVersions = 'many_versions'
/** The n-th version of the package that has up to 10,000; their keys are in their order. */
const versionOf = (n: number): string => `1.${100 + Math.floor(n / 100)}.${100 + (n % 100)}`

/** The n-th version of a bucket whose first `many` are of one package; each of the others is a package. */
export const refOf = (n: number, many: number): { readonly name: string; readonly version: string } =>
  n < many ? { name: manyVersions, version: versionOf(n) } : { name: nameOf(n - many), version: '1.0.0' }
export const etagOf = (n: number, isChanged = false): string =>
  createHash('md5').update(`${n} ${isChanged}`).digest('hex')

export function makeMeta(n: number, isChanged = false, ref = refOf(n, 0)): Buffer {
  const title = `${topicOf(n)} ${topicOf(n >> 3)} ${n}${isChanged ? ', changed' : ''}`
  const description = `A model of ${topicOf(n >> 1)} that reads ${topicOf(n >> 2)}, trained on the ${topicOf(n >> 4)} data of the year 2026 and checked by hand.`
  const meta = {
    archive: ['archive.gz', '0'.repeat(32)],
    manifest: [{ path: ['model.bin'], noffset: archiveBytes, size: 40, checksum: ['sha256', '0'.repeat(64)] }],
    package: {
      ...ref,
      title,
      description,
      tags: [topicOf(n >> 5), 'production'],
      compatibility: { scoring: '>=2.1.0' },
    },
  }
  return Buffer.from(JSON.stringify(meta))
}
