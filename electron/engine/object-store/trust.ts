import { X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { AppError } from '../../../shared/errors.ts'
import type { Disk } from '../ports.ts'

/** Where systems keep their bundle, for runtimes that can't be asked for it. */
const bundleFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * Which certificate authorities are trusted:
 *  1. the runtime's own list, and the certificates of `files`;
 *  2. after `widen`, what this computer's administrator added to the system: read only when a certificate was refused without it, since that takes
 *     a tenth of a second in each thread.
 * There is no way to trust everything.
 */
export function createTrust(files: readonly string[], disk: Disk | undefined) {
  let context: tls.SecureContext | undefined
  let isWide = false
  const build = (system: readonly string[]) => {
    const own = files.flatMap((file) => readCertificates(file, disk))
    if (own.length === 0 && system.length === 0) return undefined
    const ca = [...new Set([...certificatesOf('default'), ...own, ...system])]
    return tls.createSecureContext({ ca })
  }
  return {
    /** Undefined where the runtime's default is all. `file-unreadable` or `usage` when a file is not there or holds no certificate. */
    context: (): tls.SecureContext | undefined => {
      if (context === undefined && files.length > 0) context = build([])
      return context
    },
    /** False when nothing was added by it. */
    widen: (): boolean => {
      if (isWide) return false
      isWide = true
      const system = systemCertificates(disk)
      if (system.length === 0) return false
      context = build(system)
      return true
    },
  }
}

/** The certificates of a PEM file; `file-unreadable` or `usage`. */
export function readCertificates(file: string, disk: Disk | undefined): readonly string[] {
  const bytes = disk?.read(file, { maxBytes: 16_000_000 })
  if (bytes === undefined) throw new AppError('file-unreadable', { path: file })
  const found = pemsOf(bytes)
  if (found.length === 0) throw noCertificate(file)
  for (const pem of found) {
    try {
      new X509Certificate(pem)
    } catch (error) {
      throw noCertificate(file, error)
    }
  }
  return found
}

const noCertificate = (file: string, cause?: unknown): AppError =>
  new AppError('usage', { problem: `${file} holds no certificate of an authority in PEM form.` }, cause)

const pemsOf = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes)
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []

/** Newer runtimes tell; older ones have their built-in list only. */
const certificatesOf = (kind: 'default' | 'system'): readonly string[] => {
  const ask = (tls as { getCACertificates?: (kind: string) => readonly string[] }).getCACertificates
  if (ask !== undefined) return ask(kind)
  return kind === 'default' ? tls.rootCertificates : []
}

function systemCertificates(disk: Disk | undefined): readonly string[] {
  const told = certificatesOf('system')
  if (told.length > 0 || disk === undefined || process.platform === 'win32') return told
  for (const file of bundleFiles) {
    const found = pemsOf(disk.read(file, { maxBytes: 16_000_000 }) ?? new Uint8Array())
    if (found.length > 0) return found
  }
  return []
}
