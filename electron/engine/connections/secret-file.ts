import path from 'node:path'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { createFileLock } from '../file-lock.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk, SecretStore } from '../ports.ts'

const content = z.object({
  format: z.literal(1),
  secrets: z.record(z.string(), z.record(z.string(), z.string())),
})
type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * Keys in `<home>/secrets.json`, readable by its owner alone (0600): for hosts that have no key chain, after the person agreed.
 * Changed under a lock. A damaged file is `state-damaged` and stays as it is.
 */
export function createSecretFile(deps: { readonly disk: Disk; readonly home: string }): SecretStore {
  const { disk, home } = deps
  const file = path.join(home, 'secrets.json')
  const lock = createFileLock({ disk, file })
  const read = (): Secrets => {
    const bytes = disk.read(file, { maxBytes: 1_000_000 })
    if (bytes === undefined) return {}
    const parsed = content.safeParse(parseJson(bytes))
    if (!parsed.success) throw new AppError('state-damaged', { path: file })
    return parsed.data.secrets
  }
  const write = (secrets: Secrets) => {
    disk.makeFolder(home)
    const bytes = Buffer.from(`${JSON.stringify({ format: 1, secrets }, null, 2)}\n`)
    disk.replace(file, bytes, { secret: true })
  }
  return {
    kept: 'plain-file',
    async get(id) {
      const secrets = read()
      return Object.hasOwn(secrets, id) ? secrets[id] : undefined
    },
    async set(id, secret) {
      lock.hold(() => write({ ...read(), [id]: { ...secret } }))
    },
    async delete(id) {
      lock.hold(() => {
        const { [id]: gone, ...rest } = read()
        if (gone !== undefined) write(rest)
      })
    },
  }
}

/** Keys for this run only: nothing of them is written anywhere. */
export function createMemorySecrets(): SecretStore {
  const secrets = new Map<string, Readonly<Record<string, string>>>()
  return {
    kept: 'this-run-only',
    get: async (id) => secrets.get(id),
    set: async (id, secret) => void secrets.set(id, { ...secret }),
    delete: async (id) => void secrets.delete(id),
  }
}

/** In the file what the person agreed to, anything else for this run only: for hosts where the question comes with the secret. */
export function createAskedSecrets(deps: { readonly disk: Disk; readonly home: string }): SecretStore {
  const file = createSecretFile(deps)
  const memory = createMemorySecrets()
  return {
    kept: 'plain-file',
    get: async (id) => (await memory.get(id)) ?? (await file.get(id)),
    async set(id, secret, { agreed = false } = {}) {
      // The one before is for other keys: it stays in neither place.
      if (agreed) {
        await file.set(id, secret)
        await memory.delete(id)
      } else {
        await memory.set(id, secret)
        await file.delete(id)
      }
    },
    async delete(id) {
      await memory.delete(id)
      await file.delete(id)
    },
  }
}
