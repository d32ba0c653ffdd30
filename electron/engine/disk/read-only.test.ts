import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../../testkit/temp-folder.ts'

/** Run as somebody whom permissions stop: root is stopped by none. */
const script = `
  import fs from 'node:fs'
  const [nodeDisk, folder] = process.argv.slice(1)
  const { createNodeDisk } = await import(nodeDisk)
  if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
  const at = (name) => folder + '/' + name
  fs.mkdirSync(at('tree'))
  fs.writeFileSync(at('tree/a'), 'old')
  fs.chmodSync(at('tree/a'), 0o444)
  fs.chmodSync(at('tree'), 0o555)
  fs.writeFileSync(at('new'), 'new')
  const disk = createNodeDisk()
  const said = []
  try { disk.renameOver(at('new'), at('tree/a')); said.push('not stopped') } catch (error) { said.push(error.code) }
  disk.renameInto(at('new'), at('tree/a'))
  said.push(fs.readFileSync(at('tree/a'), 'utf8'))
  disk.renameInto(at('tree/a'), at('out'))
  said.push(fs.existsSync(at('tree/a')))
  for (const name of ['tree', 'out']) said.push((fs.statSync(at(name)).mode & 0o777).toString(8))
  fs.chmodSync(at('tree'), 0o755)
  console.log(JSON.stringify(said))
`

test('a rename into a read-only tree works, and the tree is read-only as before', async ({ skip }) => {
  skip(process.platform === 'win32', 'folders have no permissions of this kind')
  await using folder = await createTempFolder()
  const place = path.join(folder.path, 'place')
  await mkdir(place)
  await writeFile(path.join(place, 'x'), '')
  for (const each of [folder.path, place]) await chmod(each, 0o777)
  const nodeDisk = path.join(import.meta.dirname, 'node-disk.ts')
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, nodeDisk, place]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout)).toEqual(['disk-denied', 'new', false, '555', '444'])
})
