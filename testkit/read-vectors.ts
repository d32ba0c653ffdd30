/**
 * Bad and odd input as data. A vector is a file: header lines `key: value`, an empty line, the body. `expect` is `accepted` or `refused`;
 * `because` is a part of the reason given; `body: base64` says how the body is written (default: as it is).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Vector {
  readonly name: string
  readonly header: Readonly<Record<string, string>>
  readonly expect: 'accepted' | 'refused'
  readonly because: string
  readonly body: Buffer
}

/** All vectors of `testkit/vectors/<kind>`, by name. */
export function readVectors(kind: 'metas' | 'archives' | 'paths'): readonly Vector[] {
  const folder = join(import.meta.dirname, 'vectors', kind)
  return readdirSync(folder)
    .sort()
    .map((name) => parseVector(name, readFileSync(join(folder, name))))
}

function parseVector(name: string, bytes: Buffer): Vector {
  const end = bytes.indexOf('\n\n')
  if (end < 0) throw new Error(`${name} has no header`)
  const header: Record<string, string> = {}
  for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) {
    const [, key = '', value = ''] = /^([a-z-]+): ?(.*)$/.exec(line) ?? []
    if (key === '') throw new Error(`${name} has an odd header line: ${line}`)
    header[key] = value
  }
  const { expect, because = '', body: encoding = 'plain' } = header
  if (expect !== 'accepted' && expect !== 'refused') throw new Error(`${name} does not say what is expected`)
  const raw = bytes.subarray(end + 2)
  const body = encoding === 'base64' ? Buffer.from(raw.toString('latin1'), 'base64') : raw
  return { name, header, expect, because, body }
}
