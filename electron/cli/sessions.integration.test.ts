import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'vitest'
import { runSession } from '../../testkit/cli-session.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'

const main = path.resolve(import.meta.dirname, 'main.ts')
const sessions = globSync('sessions/*.txt', { cwd: import.meta.dirname }).sort()

test.each(sessions)('%s', async (file) => {
  await using folder = await createTempFolder()
  const text = readFileSync(path.join(import.meta.dirname, file), 'utf8')
  await runSession({ name: file, text, main, folder: folder.path })
})
