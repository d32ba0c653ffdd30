import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readTree } from '../../../testkit/install-rig.ts'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'

const ref = { name: 'model', version: '1.0.0' }

/** Run as somebody whom permissions stop: root is stopped by none. */
const script = `
  const [testEngine, home, library, out] = process.argv.slice(2)
  const { startTestEngine } = await import(testEngine)
  if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
  const { api, stop } = await startTestEngine(home)
  const { id: libraryId } = await api.libraries.add({ path: library })
  const ref = ${JSON.stringify(ref)}
  const end = async ({ transferId: id }) => (await api.transfers.wait({ id })).state
  const { transferId: id } = await api.installed.verify({ libraryId, ref })
  const states = [await end({ transferId: id })]
  const report = await api.transfers.report({ id })
  states.push(await end(await api.installed.export({ libraryId, ref, out })))
  await stop()
  console.log(JSON.stringify({ states, report }))
`

test('a library that may only be read is verified, and exported from', async ({ skip }) => {
  skip(process.platform === 'win32', 'folders have no permissions of this kind')
  await using folder = await createTempFolder()
  const at = (name: string) => path.join(folder.path, name)
  await buildPackageFolder(at('source'), { files: [{ path: 'a.bin', sizeBytes: 1000 }], manifest: ref })
  const owner = await startTestEngine(at('owner'))
  await owner.publish(at('source'))
  await owner.install(ref)
  await owner.stop()
  const library = at('owner/library')
  const damaged = path.join(library, 'model-1.0.0/a.bin')
  mkdirSync(at('guest'))
  writeFileSync(at('run.mjs'), script)
  for (const place of [folder.path, at('owner')]) await chmod(place, 0o755)
  await chmod(at('guest'), 0o777)
  await promisify(execFile)('chmod', ['-R', 'a-w,a+rX', library])
  const before = readTree(library)
  const run = async (home: string) => {
    const testEngine = path.resolve(import.meta.dirname, '../../../testkit/test-engine.ts')
    const places = [testEngine, path.join(at('guest'), home), library, path.join(at('guest'), `${home}.sputnik`)]
    return JSON.parse(
      (await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', at('run.mjs'), ...places]))
        .stdout,
    )
  }
  try {
    const whole = await run('first')
    expect(whole.states).toEqual([{ kind: 'done' }, { kind: 'done' }])
    expect(whole.report).toMatchObject({ verifiedFiles: 1, damaged: [] })
    expect(existsSync(at('guest/first.sputnik'))).toBe(true)
    expect(readTree(library)).toEqual(before)

    await chmod(damaged, 0o644)
    writeFileSync(damaged, Buffer.alloc(1000, 9))
    const other = await run('second')
    expect(other.report).toMatchObject({ verifiedFiles: 0, damaged: ['a.bin'] })
    expect(other.states).toMatchObject([{ kind: 'done' }, { kind: 'failed', error: { code: 'file-damaged' } }])
  } finally {
    await promisify(execFile)('chmod', ['-R', 'u+w', library])
  }
})
