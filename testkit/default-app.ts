/**
 * What an Electron binary runs when it is not packaged: loads the app folder (or script) named on the command line. Electron's
 * own one does more (a REPL, a window that says hello); this is what tests and `npm start` use of it. Runs inside Electron.
 */
export const defaultAppFiles = {
  'package.json': JSON.stringify({ name: 'electron', productName: 'Electron', main: 'main.mjs', type: 'module' }),
  'main.mjs': `
import { app } from 'electron'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const preloads = []
let target
const words = process.argv.slice(1)
for (let at = 0; at < words.length && target === undefined; at += 1) {
  const word = words[at]
  if (word === '-v' || word === '--version') {
    console.log('v' + process.versions.electron)
    process.exit(0)
  } else if (word === '-r' || word === '--require') {
    at += 1
    preloads.push(words[at])
  } else if (!word.startsWith('-')) target = word
}
if (target === undefined) {
  console.error('Name the folder of an app.')
  process.exit(2)
}

const require = createRequire(join(process.cwd(), 'require.cjs'))
for (const preload of preloads) require(preload)

const path = resolve(target)
let entry = path
if (statSync(path).isDirectory() || path.endsWith('.asar')) {
  const manifestPath = join(path, 'package.json')
  const manifest = existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, 'utf8')) : {}
  if (manifest.productName || manifest.name) app.setName(manifest.productName || manifest.name)
  if (manifest.version) app.setVersion(manifest.version)
  app.setAppPath(path)
  entry = join(path, manifest.main || 'index.js')
}
await import(pathToFileURL(entry).href).catch((error) => {
  console.error(error)
  process.exit(1)
})
`,
}
