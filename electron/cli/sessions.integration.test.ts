import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'vitest'
import type { Available } from '../../testkit/available.ts'
import { runSession } from '../../testkit/cli-session.ts'
import { describeWith } from '../../testkit/describe-with.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'

/** As it is shipped: from source each command would take half a second longer. */
const built = path.resolve(import.meta.dirname, '../../out/main/cli.js')
const cli: Available<string> = existsSync(built) ? built : { missing: 'the build (npm run build)' }
const sessions = globSync('sessions/*.txt', { cwd: import.meta.dirname }).sort()

describeWith(cli, 'the command line', (main) => {
  test.each(sessions)('%s', async (file) => {
    await using folder = await createTempFolder()
    const text = readFileSync(path.join(import.meta.dirname, file), 'utf8')
    await runSession({ name: file, text, main, folder: folder.path })
  })
})
