import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { buildPackage } from '../../testkit/install-rig.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { version } from '../engine/version.ts'
import { startFolder } from './start-folder.ts'

const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args])

test('the entry runs the command line', async () => {
  expect(await run('--version')).toEqual({ stdout: `orbital ${version}\n`, stderr: '' })
})

test('a command that does not exist ends with exit code 2 and says so', async () => {
  await expect(run('publsh')).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('There is no command “publsh”'),
  })
})

test('whoever reads the lines may leave: the work goes on, and nothing is said of it', async () => {
  await using folder = await createTempFolder()
  const model = join(folder.path, 'model')
  await mkdir(model)
  await writeFile(join(model, 'weights.bin'), Buffer.alloc(1_000_000))
  const args = ['publish', model, '--name', 'model', '--version', '1.0.0', '--to', 'local', '--json']
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...process.env, ORBITAL_HOME: join(folder.path, 'home') },
  })
  child.stdout.destroy()
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  expect(await once(child, 'close')).toEqual([0, null])
  expect(said).toBe('')
})

test('lines that can’t be written where they were sent are a failure', async ({ skip }) => {
  skip(process.platform === 'win32', 'there are no limits of the shell to make a full disk with')
  await using folder = await createTempFolder()
  const script = 'trap "" XFSZ; ulimit -f 0; exec "$0" "$1" help > "$2"'
  const child = spawn('bash', [
    '-c',
    script,
    process.execPath,
    join(import.meta.dirname, 'main.ts'),
    join(folder.path, 'out'),
  ])
  expect(await once(child, 'close')).toEqual([1, null])
})

test('paths are meant from where npm was called', () => {
  expect(startFolder({ npm_lifecycle_event: 'orbital', INIT_CWD: '/models/mine' }, '/checkout')).toBe('/models/mine')
  expect(startFolder({ npm_lifecycle_event: 'test', INIT_CWD: '/models/mine' }, '/checkout')).toBe('/checkout')
  expect(startFolder({}, '/models')).toBe('/models')
})

test('Ctrl-C ends a command that waits for a silent store with exit code 130', async () => {
  await using folder = await createTempFolder()
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'search'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      ORBITAL_HOME: join(folder.path, 'home'),
      BUCKET: 'team',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    },
  })
  const [socket] = (await once(silent, 'connection')) as [Socket]
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([130, null])
  socket.destroy()
  silent.close()
})

test('cat tells of weights on a screen, and puts them as they are into a pipe', async ({ skip }) => {
  const hasScreen = spawnSync('script', ['--version']).status === 0
  skip(process.platform !== 'linux' || !hasScreen, 'there is no `script` of util-linux to make a terminal with')
  await using folder = await createTempFolder()
  const env = { ...process.env, ORBITAL_HOME: join(folder.path, 'home') }
  const main = join(import.meta.dirname, 'main.ts')
  await promisify(execFile)(process.execPath, [main, 'install', 'digit_recogniser'], { env })
  const command = `"${process.execPath}" "${main}" cat digit_recogniser model.safetensors`
  const shown = promisify(execFile)('script', ['-qec', command, '/dev/null'], { env })
  const { stdout } = await shown
  expect(stdout).toContain('safetensors: 4 tensors, 4810 parameters, stored as F32')
  expect(stdout).toContain('hidden.weight  F32  64 x 64  16.4 kB')
  const path = (
    await promisify(execFile)(process.execPath, [main, 'path', 'digit_recogniser', 'model.safetensors'], { env })
  ).stdout
  const piped = await promisify(execFile)(process.execPath, [main, 'cat', 'digit_recogniser', 'model.safetensors'], {
    env,
    encoding: 'buffer',
  })
  expect(piped.stdout.equals(await readFile(path.trim()))).toBe(true)
})

describe('cat of an installed file', () => {
  const main = join(import.meta.dirname, 'main.ts')
  const text = '# A\u001b[2J model\n\ttab\n'
  const put = (folder: string) => {
    const library = join(folder, 'library')
    const place = join(library, 'model-1.0.0')
    const ref = { name: 'model', version: '1.0.0' }
    const { metaBytes } = buildPackage(join(folder, 'scratch'), { ref, files: { 'a.md': Buffer.from(text) } })
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'meta.json'), metaBytes)
    const words = [main, 'cat', 'model', 'a.md', '--library', library]
    return { file: join(place, 'a.md'), words, env: { ...process.env, ORBITAL_HOME: join(folder, 'home') } }
  }

  test('shows nothing on a screen that moves the cursor', async ({ skip }) => {
    const hasScreen = spawnSync('script', ['--version']).status === 0
    skip(process.platform !== 'linux' || !hasScreen, 'there is no `script` of util-linux to make a terminal with')
    await using folder = await createTempFolder()
    const { file, words, env } = put(folder.path)
    await writeFile(file, text)
    const command = [process.execPath, ...words].map((word) => `"${word}"`).join(' ')
    const shown = await promisify(execFile)('script', ['-qec', command, '/dev/null'], { env })
    expect(shown.stdout.replaceAll('\r\n', '\n')).toBe('# A[2J model\n\ttab\n')
  })

  test('follows no link', async () => {
    await using folder = await createTempFolder()
    const { file, words, env } = put(folder.path)
    await writeFile(join(folder.path, 'secret'), 'mine')
    await symlink(join(folder.path, 'secret'), file)
    await expect(promisify(execFile)(process.execPath, words, { env })).rejects.toMatchObject({ code: 5, stdout: '' })
  })
})
