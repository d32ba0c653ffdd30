/**
 * The app's keys, encrypted by the system: Keychain, DPAPI, or the desktop's keyring.
 *
 * 1. Where the system gives no protection (Linux without a keyring: `basic_text`), nothing is written; keys live for this run only.
 * 2. `<home>/state/app-secrets.json` is {format: 1, secrets: {id: base64 of what safeStorage made of the JSON}}, readable by its owner only.
 * 3. What can't be decrypted any more (another user, a new keyring) is as if it were not there: the person types it again.
 */
import path from 'node:path'
import type { SafeStorage } from 'electron'
import * as z from 'zod'
import { createMemorySecrets } from '../engine/connections/secret-file.ts'
import { createFileLock } from '../engine/file-lock.ts'
import { parseJson } from '../engine/parse-json.ts'
import type { Disk, Log, SecretStore } from '../engine/ports.ts'

export interface AppSecretsOptions {
  readonly disk: Disk
  readonly log: Log
  readonly home: string
  readonly safeStorage: Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> & {
    /** On Linux only. */
    getSelectedStorageBackend?(): string
  }
}

const stored = z.strictObject({ format: z.literal(1), secrets: z.record(z.string(), z.string()) })
const secret = z.record(z.string(), z.string())

/** To be called once the app is ready. */
export function createAppSecrets({ disk, log, home, safeStorage }: AppSecretsOptions): SecretStore {
  if (!isProtected(safeStorage)) {
    log.write('warn', 'secrets.this-run-only')
    return createMemorySecrets() // 1
  }
  const file = path.join(home, 'state', 'app-secrets.json')
  const lock = createFileLock({ disk, file })
  const read = (): Record<string, string> => {
    const bytes = disk.read(file, { maxBytes: 4_000_000 })
    if (bytes === undefined) return {}
    const parsed = stored.safeParse(parseJson(bytes))
    if (parsed.success) return parsed.data.secrets
    log.write('warn', 'secrets.damaged')
    return {}
  }
  const write = (secrets: Readonly<Record<string, string>>) => {
    disk.makeFolder(path.dirname(file))
    disk.replace(file, Buffer.from(`${JSON.stringify({ format: 1, secrets })}\n`), { secret: true }) // 2
  }
  return {
    kept: 'kept',
    async get(id) {
      const secrets = read()
      const encrypted = Object.hasOwn(secrets, id) ? secrets[id] : undefined
      if (encrypted === undefined) return undefined
      try {
        return secret.parse(JSON.parse(safeStorage.decryptString(Buffer.from(encrypted, 'base64'))))
      } catch {
        log.write('warn', 'secrets.unreadable', { id }) // 3
        return undefined
      }
    },
    async set(id, value) {
      const encrypted = safeStorage.encryptString(JSON.stringify(value)).toString('base64')
      lock.hold(() => write({ ...read(), [id]: encrypted }))
    },
    async delete(id) {
      lock.hold(() => {
        const { [id]: removed, ...rest } = read()
        if (removed !== undefined) write(rest)
      })
    },
  }
}

function isProtected(safeStorage: AppSecretsOptions['safeStorage']): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false
  const backend = process.platform === 'linux' ? safeStorage.getSelectedStorageBackend?.() : 'system'
  return backend !== undefined && backend !== 'basic_text' && backend !== 'unknown'
}
