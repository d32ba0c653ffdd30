import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FetchLimits {
  /** No byte for so long: given up. */
  readonly stallMs: number
  /** Longer than this is never waited. */
  readonly overallMs: number
}

export type FetchOutcome = { readonly kind: 'installed' } | { readonly kind: 'failed'; readonly why: string }

/**
 * Gets Electron's runtime into its package: downloads with a bar on a terminal, checked against the checksums of the package, then
 * the package's own installation from the cache. Never rejects and never hangs; ends at once when the signal aborts.
 */
export async function fetchElectron(
  electronFolder: string,
  { signal, limits }: { readonly signal: AbortSignal; readonly limits: FetchLimits },
): Promise<FetchOutcome> {
  const { version } = readJson(join(electronFolder, 'package.json')) as { version: string }
  const controller = new AbortController()
  let why = 'the download did not succeed'
  const giveUp = (reason: string) => {
    why = reason
    controller.abort()
  }
  const onAbort = () => giveUp('it was stopped')
  signal.addEventListener('abort', onAbort, { once: true })
  const overall = setTimeout(() => giveUp(`it took longer than ${limits.overallMs / 1000} s`), limits.overallMs)
  let stall: NodeJS.Timeout | undefined
  const arm = () => {
    clearTimeout(stall)
    stall = setTimeout(() => giveUp(`nothing arrived for ${limits.stallMs / 1000} s`), limits.stallMs)
  }
  arm()
  const aborted = new Promise<never>((_resolve, reject) =>
    controller.signal.addEventListener('abort', () => reject(new Error(why)), { once: true }),
  )
  try {
    const { downloadArtifact } = await import('@electron/get')
    const download = downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      checksums: readJson(join(electronFolder, 'checksums.json')) as Record<string, string>,
      downloadOptions: {
        quiet: true,
        signal: controller.signal,
        getProgressCallback: async ({ transferred, total }: { transferred: number; total: number | null }) => {
          arm()
          showProgress(transferred, total)
        },
      },
    })
    await Promise.race([download, aborted])
    clearTimeout(stall)
    const installer = spawn(process.execPath, [join(electronFolder, 'install.js')], { stdio: 'ignore' })
    await Promise.race([endOf(installer), aborted]).finally(() => installer.kill())
    return { kind: 'installed' }
  } catch {
    return { kind: 'failed', why }
  } finally {
    clearTimeout(stall)
    clearTimeout(overall)
    signal.removeEventListener('abort', onAbort)
    // What the library still has in flight must not end this process when it fails later.
    controller.abort()
    aborted.catch(() => {})
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error('not installed')
}

function showProgress(transferred: number, total: number | null): void {
  if (!process.stderr.isTTY || total === null || total === 0) return
  const share = Math.min(1, transferred / total)
  const bar = '='.repeat(Math.floor(share * 30)).padEnd(30)
  process.stderr.write(`\r[${bar}] ${(transferred / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`)
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
