import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { type AppSecretsOptions, createAppSecrets } from './secret-store.ts'

let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())

/** Stands for the system's protection: reversible, and unreadable as text. */
const systemStorage = (backend: string): AppSecretsOptions['safeStorage'] => ({
  isEncryptionAvailable: () => backend !== 'none',
  getSelectedStorageBackend: () => backend,
  encryptString: (text) => Buffer.from(Buffer.from(`v1${text}`).map((byte) => byte ^ 0x5a)),
  decryptString: (bytes) => {
    const text = Buffer.from(bytes.map((byte) => byte ^ 0x5a)).toString()
    if (!text.startsWith('v1')) throw new Error('not ours')
    return text.slice(2)
  },
})
const create = (backend: string) =>
  createAppSecrets({
    disk: createNodeDisk(),
    log: { write: () => {} },
    home: folder.path,
    safeStorage: systemStorage(backend),
  })
const file = () => path.join(folder.path, 'state/app-secrets.json')

test('what the system protects is kept, and not readable in the file', async () => {
  const secrets = create('gnome_libsecret')
  expect(secrets.kept).toBe('kept')
  await secrets.set('a', { secretAccessKey: 'hunter2' })
  await secrets.set('b', { secretAccessKey: 'other' })
  expect(await create('gnome_libsecret').get('a')).toEqual({ secretAccessKey: 'hunter2' })
  expect(await readFile(file(), 'utf8')).not.toContain('hunter2')
  if (process.platform !== 'win32') expect((await stat(file())).mode & 0o777).toBe(0o600)
  await secrets.delete('a')
  expect(await secrets.get('a')).toBeUndefined()
  expect(await secrets.get('b')).toEqual({ secretAccessKey: 'other' })
  expect(await secrets.get('__proto__')).toBeUndefined()
})

test.runIf(process.platform === 'linux').each(['basic_text', 'unknown', 'none'])(
  'with %s nothing is written, and it lasts for this run',
  async (backend) => {
    const secrets = create(backend)
    expect(secrets.kept).toBe('this-run-only')
    await secrets.set('a', { secretAccessKey: 'hunter2' })
    expect(await secrets.get('a')).toEqual({ secretAccessKey: 'hunter2' })
    await expect(stat(file())).rejects.toThrow('ENOENT')
    expect(await create(backend).get('a')).toBeUndefined()
  },
)

test('what cannot be decrypted any more is as if it were not there', async () => {
  const disk = createNodeDisk()
  disk.makeFolder(path.dirname(file()))
  const other = { format: 1, secrets: { a: Buffer.from('of another user').toString('base64') } }
  disk.replace(file(), Buffer.from(JSON.stringify(other)))
  expect(await create('gnome_libsecret').get('a')).toBeUndefined()
  disk.replace(file(), Buffer.from('{'))
  expect(await create('gnome_libsecret').get('a')).toBeUndefined()
})
