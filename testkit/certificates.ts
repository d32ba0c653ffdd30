import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/**
 * X.509 certificates for TLS tests: an authority of its own, and server certificates that it signs. ECDSA on P-256, valid for a day.
 * DER by hand (ITU-T X.690, RFC 5280): each value is a tag, its length, its content.
 */
export interface ServerCertificate {
  /** PEM, the server's own first. */
  readonly cert: string
  readonly key: string
}
export interface TestAuthority {
  /** Its own certificate, PEM: what clients must trust. */
  readonly pem: string
  /** For host names or IPv4 addresses; `expired` ended an hour ago. */
  issue(names: readonly string[], options?: { readonly expired?: boolean }): ServerCertificate
}

export function createAuthority(organization: string): TestAuthority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = distinguishedName(organization, `${organization} root`)
  const isAuthority = extension('2.5.29.19', true, sequence(bool(true)))
  const root = certificate({
    issuer: name,
    subject: name,
    key: keys.publicKey,
    signer: keys.privateKey,
    extensions: [isAuthority],
  })
  return {
    pem: root,
    issue(names, { expired = false } = {}) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const alternatives = names.map((each) =>
        /^[\d.]+$/.test(each)
          ? tagged(0x87, Buffer.from(each.split('.').map(Number)))
          : tagged(0x82, Buffer.from(each)),
      )
      const cert = certificate({
        issuer: name,
        subject: distinguishedName('Test server', names[0] ?? 'none'),
        key: own.publicKey,
        signer: keys.privateKey,
        extensions: [extension('2.5.29.17', false, sequence(...alternatives))],
        endMs: Date.now() + (expired ? -1 : 24) * 3_600_000,
      })
      return { cert, key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

function certificate(facts: {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly key: KeyObject
  readonly signer: KeyObject
  readonly extensions: readonly Buffer[]
  readonly endMs?: number
}): string {
  const { endMs = Date.now() + 24 * 3_600_000 } = facts
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    facts.issuer,
    sequence(time(Date.now() - 48 * 3_600_000), time(endMs)),
    facts.subject,
    facts.key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...facts.extensions)),
  )
  const signature = sign('sha256', body, facts.signer)
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts))
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes)
const bool = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]))
const text = (value: string): Buffer => tagged(0x0c, Buffer.from(value))
/** YYMMDDHHMMSSZ */
const time = (ms: number): Buffer =>
  tagged(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`))
const extension = (id: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(isCritical ? [bool(true)] : []), tagged(0x04, value))
const distinguishedName = (organization: string, commonName: string): Buffer =>
  sequence(
    tagged(0x31, sequence(oid('2.5.4.10'), text(organization))),
    tagged(0x31, sequence(oid('2.5.4.3'), text(commonName))),
  )

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = rest.flatMap((number) => {
    const groups = [number % 128]
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left % 128) + 128)
    return groups
  })
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]))
}
