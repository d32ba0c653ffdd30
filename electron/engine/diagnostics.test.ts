import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'

test('a diagnostics file tells what is set and what happened, and no key, whoever holds it', async () => {
  await using folder = await createTempFolder()
  const home = path.join(folder.path, 'home')
  await mkdir(path.join(home, 'logs'), { recursive: true })
  writeFileSync(path.join(home, 'logs', 'orbital.log'), '{"level":"warn","event":"library.open"}\n{"level":"wa')
  const engine = await startTestEngine(home)
  await engine.api.settings.set({ changes: { publisherName: 'Ana Person' } })
  await engine.api.connections.add({
    name: 'Research',
    location: {
      kind: 's3',
      bucket: 'research',
      root: '',
      endpoint: 'https://lab.example',
      signIn: { kind: 'keys', accessKeyId: 'AKIA-OF-ANA' },
    },
    secretAccessKey: 'the-secret-itself',
    sessionToken: 'the-token-itself',
  })
  const out = path.join(folder.path, 'help.json')
  const { sizeBytes } = await engine.api.engine.saveDiagnostics({ out })
  await expect(engine.api.engine.saveDiagnostics({ out })).rejects.toMatchObject({ code: 'already-exists' })
  await engine.stop()
  const text = readFileSync(out, 'utf8')
  expect(text.length).toBe(sizeBytes)
  expect(text).not.toMatch(/AKIA-OF-ANA|secret-itself|token-itself|Ana Person/)
  expect(JSON.parse(text)).toMatchObject({
    format: 1,
    connections: expect.arrayContaining([
      expect.objectContaining({ id: 'research', bucket: 'research', endpoint: 'https://lab.example', signIn: 'keys' }),
    ]),
    libraries: [expect.objectContaining({ id: 'default', available: true })],
    log: expect.arrayContaining([{ level: 'warn', event: 'library.open' }]),
  })
})
