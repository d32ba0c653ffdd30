/** `npm run build`: bundles main, preload and renderer into out/, and says how large and how long. */
import { chmod, cp, glob, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'electron-vite'

const root = resolve(import.meta.dirname, '..')
const out = join(root, 'out')

async function measureBytes(folder: string): Promise<number> {
  let totalBytes = 0
  for await (const path of glob('**/*.{js,cjs,css,html,woff2}', { cwd: folder }))
    totalBytes += (await stat(join(folder, path))).size
  return totalBytes
}

process.chdir(root)
const startedMs = performance.now()
await rm(out, { recursive: true, force: true })
await build({ root, logLevel: 'warn' })
await chmod(join(out, 'main/cli.js'), 0o755)
// electron/engine/sample-path.ts looks for it there.
await cp(join(root, 'sample/digit_recogniser'), join(out, 'sample/digit_recogniser'), { recursive: true })
for (const part of ['main', 'preload', 'renderer'])
  console.log(`out/${part}: ${Math.ceil((await measureBytes(join(out, part))) / 1000)} kB`)
console.log(`Built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`)
