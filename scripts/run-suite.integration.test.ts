import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { runVitest } from './run-suite.ts'

const config = `export default { test: { name: 'dying', globals: true, include: ['*.test.mjs'], pool: 'forks' } }`
const die = `{ process.kill(process.pid, 'SIGSEGV'); return new Promise(() => {}) }`

test.skipIf(process.platform === 'win32')(
  'a file whose process dies runs once more; its failures and those of others stay',
  async () => {
    await using folder = await createTempFolder()
    const at = (name: string) => join(folder.path, name)
    const named = (name: string) => relative(process.cwd(), at(name))
    const mark = JSON.stringify(at('mark'))
    await writeFile(at('vitest.config.mjs'), config)
    await writeFile(at('sound.test.mjs'), `test('sound', () => {})\ntest('wrong', () => expect(1).toBe(2))`)
    await writeFile(
      at('once.test.mjs'),
      `import { existsSync, writeFileSync } from 'node:fs'
test('before', () => {})
test('dies once', () => { if (existsSync(${mark})) return; writeFileSync(${mark}, ''); return (() => ${die})() })`,
    )
    await writeFile(at('always.test.mjs'), `test('dies', () => ${die})`)
    const { tally, notes } = await runVitest('dying', ['dying'], folder.path)
    expect([...notes].sort()).toEqual([
      `Failed: the process of ${named('always.test.mjs')} died of SIGSEGV`,
      `Failed: wrong (${named('sound.test.mjs')})`,
      `Run again, as its process died of SIGSEGV: ${named('always.test.mjs')}`,
      `Run again, as its process died of SIGSEGV: ${named('once.test.mjs')}`,
    ])
    expect(tally).toEqual({ passed: 3, failed: 2, skipped: 0 })
  },
)
